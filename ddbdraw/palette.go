package ddbdraw

import (
	"fmt"
	"strconv"
	"strings"
)

// scheme is the colours of the light or the dark scheme.
type scheme struct {
	ground, panel, line, rule, text, muted, on string // on is text on an entity's colour
	entities                                   []string
	tint                                       float64 // the share of the entity's colour in what lies behind its items
}

var light = scheme{
	ground: "#ffffff", panel: "#f3f5f8", line: "#dde2e9", rule: "#b9c2ce", text: "#1b2330", muted: "#566070", on: "#ffffff", tint: 0.08,
	entities: []string{
		"#1f5fd0", "#b04a08", "#0a7550", "#7a3fd0", "#c0264f", "#0b7285", "#8a6100", "#4c5bd4", "#527a0c", "#a82aa0", "#3f6a8a", "#8b4a3c",
	},
}

var dark = scheme{
	ground: "#0d1117", panel: "#161c25", line: "#2a323d", rule: "#465161", text: "#e8edf4", muted: "#9aa5b4", on: "#0d1117", tint: 0.12,
	entities: []string{
		"#7aacff", "#f7a05c", "#4fcf9d", "#bb98ff", "#ff8fa8", "#56c8dc", "#e3bd4f", "#a3adff", "#a9d252", "#f08fe6", "#95c0e0", "#e0a497",
	},
}

// behind is the colour behind an item of the entity.
func (s scheme) behind(i int) string { return mix(s.entities[i], s.ground, s.tint) }

// mix returns a colour with the share of the first in it.
func mix(a, b string, share float64) string {
	var out strings.Builder
	out.WriteByte('#')
	for i := 1; i < 7; i += 2 {
		fmt.Fprintf(&out, "%02x", int(float64(channel(a[i:i+2]))*share+float64(channel(b[i:i+2]))*(1-share)+0.5))
	}
	return out.String()
}

func channel(hex string) uint64 {
	n, _ := strconv.ParseUint(hex, 16, 8)
	return n
}

// hue is the number of the colour of an entity, by its place in the design. Colours return where there are more entities.
func hue(i int) int { return i % len(light.entities) }

const darkScheme = "@media screen and (prefers-color-scheme:dark)"

// variables is the colours as custom properties of CSS.
func variables() string {
	props := func(s scheme) string {
		var b strings.Builder
		fmt.Fprintf(&b, "--ground:%s;--panel:%s;--line:%s;--rule:%s;--text:%s;--muted:%s;--on:%s", s.ground, s.panel, s.line, s.rule, s.text, s.muted, s.on)
		for i, c := range s.entities {
			fmt.Fprintf(&b, ";--c%d:%s;--t%d:%s", i, c, i, s.behind(i))
		}
		return b.String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, ":root{color-scheme:light dark;%s}\n%s{:root{%s}}\n", props(light), darkScheme, props(dark))
	for i := range light.entities {
		fmt.Fprintf(&b, ".c%d{--c:var(--c%d);--t:var(--t%d)}", i, i, i)
	}
	b.WriteString("\n.cn{--c:var(--muted);--t:var(--panel)}\n")
	return b.String()
}

// neutral is the hue of what is of no entity.
const neutral = -1

// class is the class that gives an element its colours.
func class(hue int) string {
	if hue == neutral {
		return "cn"
	}
	return fmt.Sprintf("c%d", hue)
}

// svgStyle is the style of pictures of so many entities: the classes say what has which colour. It has the colours in it, without custom
// properties, which not all that shows SVG knows.
func svgStyle(entities int) string {
	rules := func(s scheme) string {
		var b strings.Builder
		fmt.Fprintf(&b, ".gr{fill:%s}.pa{fill:%s}.li{stroke:%s}.ru{stroke:%s}.te{fill:%s}.mu{fill:%s}.on{fill:%s}", s.ground, s.panel, s.line, s.rule, s.text, s.muted, s.on)
		fmt.Fprintf(&b, ".ha{stroke:%s}.fn{fill:%s}.tn{fill:%s}.sn{stroke:%s}", s.ground, s.muted, s.panel, s.muted)
		for i, c := range s.entities[:min(entities, len(s.entities))] {
			fmt.Fprintf(&b, ".f%d{fill:%s}.t%d{fill:%s}.s%d{stroke:%s}", i, c, i, s.behind(i), i, c)
		}
		return b.String()
	}
	return fmt.Sprintf("svg{font-family:system-ui,-apple-system,\"Segoe UI\",sans-serif}.m{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation Mono\",monospace}"+
		".b{font-weight:600}.i{unicode-bidi:isolate}.z{fill:none}.ha{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}\n%s\n%s{%s}\n", rules(light), darkScheme, rules(dark))
}

// svgClass is a class of the pictures: f for the colour itself, t for its tint, s for a line.
func svgClass(kind string, hue int) string {
	if hue == neutral {
		return kind + "n"
	}
	return fmt.Sprintf("%s%d", kind, hue)
}
