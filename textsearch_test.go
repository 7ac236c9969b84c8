package rapport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestSplitHits(t *testing.T) {
	t.Parallel()
	hit := func(s string) string { return rapport.HitBegins + s + rapport.HitEnds }
	for marked, want := range map[string][]rapport.TextPart{
		"":                                 nil,
		"nothing":                          {{Text: "nothing"}},
		hit("a"):                           {{Text: "a", Hit: true}},
		"the " + hit("lens") + " is here":  {{Text: "the "}, {Text: "lens", Hit: true}, {Text: " is here"}},
		hit("a") + hit("b"):                {{Text: "a", Hit: true}, {Text: "b", Hit: true}},
		"cut " + rapport.HitBegins + "off": {{Text: "cut "}, {Text: "off", Hit: true}},
	} {
		require.Equal(t, want, rapport.SplitHits(marked), "%q", marked)
	}
}
