package large

import (
	"github.com/singletable-go/ddb"
)

// Transcript is the transcript of a council meeting.
type Transcript struct {
	Meeting string `dynamodbav:"-"`
	Title   string `dynamodbav:"title"`
	Text    string `dynamodbav:"text"`
}

// The table of transcripts, and the entity. A text of 1,024 bytes or more is stored compressed, if that makes it smaller. Every
// read and write of the item costs by its stored size: also one that changes the title alone, or that selects it alone. So
// compression pays from a few KB on. A write below 1 KB costs one unit whatever is done, and a read below 4 KB one.
//
// Readers first: a program that was built before this line refuses the item, since it cannot read the text. So the first
// release has d.Compress(&t.Text, math.MaxInt), which reads both forms and writes the plain one. When it is everywhere, the
// next one has the threshold. Nothing is rewritten by itself: a text becomes compressed when another text is written.
//
// A compressed text can be in no key, and no condition or filter looks into it. What is searched for stays outside, as the title.
// Images, audio and archives are compressed already: those do not become smaller.
var (
	TranscriptTable = ddb.NewTable("meeting", "")

	Transcripts = ddb.MustDefine(TranscriptTable, "transcript", func(t *Transcript, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("meeting#"), ddb.Str(&t.Meeting)))
		d.Compress(&t.Text, 1024)
	})
)

// RenameTranscript changes the title. It does not send the text.
func RenameTranscript(t Transcript, title string) ddb.Op {
	return Transcripts.Update(t, ddb.Set(&Transcripts.Fields().Title, title))
}
