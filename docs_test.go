package rapport_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

const (
	stateMachines  = "docs/state-machines.md"
	generatedBegin = "<!-- generated:begin -->\n"
	generatedEnd   = "<!-- generated:end -->"
)

// diagram draws a transition table for Mermaid and lists it for everybody else. Ways that nearly every state has would hide
// the path, so the drawing leaves out those to the states in everywhere, and those from the states in anywhere.
func diagram[S ~string](title, about string, states []S, table map[S][]S, everywhere, anywhere []S) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n\n```mermaid\nstateDiagram-v2\n  [*] --> %s\n", title, about, states[0])
	for _, from := range states {
		for _, to := range table[from] {
			if !slices.Contains(everywhere, to) && !slices.Contains(anywhere, from) {
				fmt.Fprintf(&b, "  %s --> %s\n", from, to)
			}
		}
	}
	for _, s := range states {
		if len(table[s]) == 0 && !slices.Contains(everywhere, s) {
			fmt.Fprintf(&b, "  %s --> [*]\n", s)
		}
	}
	b.WriteString("```\n\n| state | goes on to |\n| --- | --- |\n")
	for _, from := range states {
		var to []string
		for _, s := range states {
			if slices.Contains(table[from], s) {
				to = append(to, "`"+string(s)+"`")
			}
		}
		if len(to) == 0 {
			to = []string{"(final)"}
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", from, strings.Join(to, " · "))
	}
	return b.String()
}

func TestStateMachinesDocument(t *testing.T) {
	t.Parallel()

	want := generatedBegin + "\n" +
		diagram("Partnership", "A live stage may also go to `terminated` or `banned`, and a lifted ban goes back to where it was; the table has these ways too.",
			rapport.Stages(), rapport.StageTransitions(), []rapport.Stage{rapport.StageTerminated, rapport.StageBanned}, []rapport.Stage{rapport.StageBanned}) + "\n" +
		diagram("Payout", "What is not submitted yet may also be `held` or `cancelled`, and what is held goes back; the table has these ways too.",
			rapport.PayoutStates(), rapport.PayoutTransitions(), []rapport.PayoutState{rapport.PayoutHeld, rapport.PayoutCancelled}, []rapport.PayoutState{rapport.PayoutHeld}) + "\n" +
		diagram("Reversal", "Money that was paid and is taken back. What its row says of money leads: a payment that keeps the last of it ends it.",
			rapport.ReversalStates(), rapport.ReversalTransitions(), nil, nil) + "\n"
	text, err := os.ReadFile(stateMachines)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), generatedBegin)
	require.True(t, ok, "%s has no mark where the generated part begins", stateMachines)
	_, after, ok := strings.Cut(rest, generatedEnd)
	require.True(t, ok, "%s has no mark where the generated part ends", stateMachines)
	whole := before + want + generatedEnd + after
	if os.Getenv("RAPPORT_UPDATE") == "1" {
		require.NoError(t, os.WriteFile(stateMachines, []byte(whole), 0o644))
		return
	}
	require.Equal(t, whole, string(text), "%s is stale: run `make generate`", stateMachines)
}

// TestEveryDecisionIsListed: each record of docs/adr stands once in its index, by its own first line.
func TestEveryDecisionIsListed(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile("docs/adr/README.md")
	require.NoError(t, err)
	records, err := filepath.Glob("docs/adr/[0-9]*.md")
	require.NoError(t, err)
	require.NotEmpty(t, records)
	for _, path := range records {
		require.Equal(t, 1, strings.Count(string(index), "("+filepath.Base(path)+")"), path)
	}
	require.Equal(t, len(records), strings.Count(string(index), ".md)\n"), "nothing is listed that is not there")
}
