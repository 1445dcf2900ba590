package ddbdesign

// Sample is an item as text, for drawings.
type Sample struct {
	Entity     string            `json:"entity,omitempty"`    // "" for an item that no entity claims
	Companion  string            `json:"companion,omitempty"` // the purpose, for an item of the library's own
	Version    bool              `json:"version,omitempty"`   // a version item of the entity's history
	Attributes map[string]string `json:"attributes"`          // by name, key attributes included; no text is cut
}
