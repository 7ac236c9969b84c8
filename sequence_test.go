package rapport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestSequenceCheck(t *testing.T) {
	t.Parallel()

	require.Empty(t, outreach().Check())
	require.Equal(t, []string{"steps count"}, paths(rapport.Sequence{}.Check()))
	require.Equal(t, []string{"steps count"}, paths(rapport.Sequence{Steps: make([]rapport.SequenceStep, 31)}.Check()))
	bad := rapport.Sequence{CoolOffDays: 731, Steps: []rapport.SequenceStep{
		{Kind: rapport.StepWait, BusinessDays: 0}, {Kind: rapport.StepSend}, {Kind: rapport.StepTask}, {Kind: rapport.StepStop}, {Kind: "sing"}, {Kind: rapport.StepWait, BusinessDays: 91},
	}}
	require.Equal(t, []string{
		"steps[0].business_days out_of_range", "steps[1].template required", "steps[2].title required", "steps[3].kind not_last", "steps[4].kind unknown_kind", "steps[5].business_days out_of_range",
		"steps[0].kind first_step", "cool_off_days out_of_range",
	}, paths(bad.Check()))
}
