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
		"cool_off_days out_of_range", "steps[0].kind first_step",
	}, paths(bad.Check()))
}

// TestBranchesGoAhead says which branches a sequence may have, and which mails a person must see.
func TestBranchesGoAhead(t *testing.T) {
	t.Parallel()

	branch := func(b rapport.Branch) rapport.SequenceStep {
		return rapport.SequenceStep{Kind: rapport.StepBranch, Branch: &b}
	}
	send := rapport.SequenceStep{Kind: rapport.StepSend, Template: "x"}
	stop := rapport.SequenceStep{Kind: rapport.StepStop}
	on := &rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageInConversation}
	vip := rapport.Branch{On: rapport.BranchTag, Is: "is", Value: "vip", Then: 1, Else: 3}
	wait := rapport.SequenceStep{Kind: rapport.StepWait, Days: 3}
	require.Empty(t, rapport.Sequence{Trigger: on, Steps: []rapport.SequenceStep{branch(vip), send, stop, wait, send}}.Check(), "steps behind a stop need something that leads to them")

	bad := func(trigger *rapport.SequenceTrigger, steps ...rapport.SequenceStep) []string {
		return paths(rapport.Sequence{Trigger: trigger, Steps: steps}.Check())
	}
	require.Equal(t, []string{"steps[1].branch.then not_ahead", "steps[1].branch.else not_ahead"}, bad(on, send, branch(rapport.Branch{On: rapport.BranchPage, Then: 1, Else: 4}), send))
	require.Equal(t, []string{"steps[0].branch required"}, bad(on, rapport.SequenceStep{Kind: rapport.StepBranch}))
	require.Equal(t, []string{"steps[0].branch.on unknown_value"}, bad(on, branch(rapport.Branch{On: "weather", Then: 1, Else: 1})))
	require.Equal(t, []string{"steps[0].branch.is unknown_value", "steps[0].branch.value bad_number"},
		bad(on, branch(rapport.Branch{On: rapport.BranchFollowers, Is: "is", Value: "many", Then: 1, Else: 1})))
	require.Equal(t, []string{"steps[0].branch.field required", "steps[0].branch.is unknown_value", "steps[0].branch.value required"},
		bad(on, branch(rapport.Branch{On: rapport.BranchField, Then: 1, Else: 1})))
	require.Equal(t, []string{"steps[0].branch.value unknown_value"}, bad(on, branch(rapport.Branch{On: rapport.BranchReply, Is: "is", Value: "perhaps", Then: 1, Else: 1})))
	guess := branch(rapport.Branch{On: rapport.BranchReply, Is: "is", Value: "question", Then: 1, Else: 2})
	require.Equal(t, []string{"steps[1].review must_be_looked_at"}, bad(on, guess, send), "a machine's guess sends nothing by itself")
	require.Empty(t, bad(on, guess, rapport.SequenceStep{Kind: rapport.StepSend, Template: "x", Review: true}))
	require.Equal(t, []string{"steps[0].days either"}, bad(on, rapport.SequenceStep{Kind: rapport.StepWait, Days: 1, BusinessDays: 1}))
	require.Equal(t, []string{"steps[0].days out_of_range"}, bad(on, rapport.SequenceStep{Kind: rapport.StepWait, Days: 366}))

	require.Equal(t, []string{"trigger.on unknown_value"}, bad(&rapport.SequenceTrigger{On: "whim"}, send))
	require.Equal(t, []string{"trigger.stage unknown_value"}, bad(&rapport.SequenceTrigger{On: rapport.StartStage}, send))
	require.Equal(t, []string{"trigger.without unknown_value", "trigger.business_days out_of_range"}, bad(&rapport.SequenceTrigger{On: rapport.StartSilence, After: "reply", Without: "rain"}, send))
	require.Equal(t, []string{"trigger.without same"}, bad(&rapport.SequenceTrigger{On: rapport.StartSilence, After: "reply", Without: "reply", BusinessDays: 1}, send))
	require.Equal(t, []string{"trigger.date unknown_value", "trigger.days out_of_range"}, bad(&rapport.SequenceTrigger{On: rapport.StartDate, Date: "field:", Days: 400}, send))
	require.Empty(t, bad(&rapport.SequenceTrigger{On: rapport.StartDate, Date: "field:Birthday"}, send))
}

func TestBranchHolds(t *testing.T) {
	t.Parallel()

	many := int64(250_000)
	k := rapport.BranchFacts{
		Reply: "question", Tags: []string{"VIP", "beauty"}, Country: "DE", Platforms: []string{"youtube"}, Followers: &many,
		Fields: map[string]string{"Shoe size": "42.5", "Vegan": "yes"}, OpenedContract: true,
	}
	for b, want := range map[rapport.Branch]bool{
		{On: rapport.BranchReply, Is: "is", Value: "question"}:                     true,
		{On: rapport.BranchReply, Is: "is_not", Value: "question"}:                 false,
		{On: rapport.BranchTag, Is: "is", Value: " vip "}:                          true,
		{On: rapport.BranchTag, Is: "is_not", Value: "gaming"}:                     true,
		{On: rapport.BranchCountry, Is: "is", Value: "de"}:                         true,
		{On: rapport.BranchLanguage, Is: "is", Value: "de"}:                        false,
		{On: rapport.BranchLanguage, Is: "is_not", Value: "de"}:                    true,
		{On: rapport.BranchPlatform, Is: "is", Value: "YouTube"}:                   true,
		{On: rapport.BranchFollowers, Is: "at_least", Value: "250000"}:             true,
		{On: rapport.BranchFollowers, Is: "below", Value: "250000"}:                false,
		{On: rapport.BranchField, Field: "Shoe size", Is: "at_least", Value: "42"}: true,
		{On: rapport.BranchField, Field: "Shoe size", Is: "below", Value: "42"}:    false,
		{On: rapport.BranchField, Field: "Vegan", Is: "is", Value: "Yes"}:          true,
		{On: rapport.BranchField, Field: "Unknown", Is: "is", Value: "x"}:          false,
		{On: rapport.BranchField, Field: "Unknown", Is: "at_least", Value: "0"}:    false,
		{On: rapport.BranchContract}:                                               true,
		{On: rapport.BranchPage}:                                                   false,
	} {
		require.Equal(t, want, b.Holds(k), "%+v", b)
	}
	require.False(t, rapport.Branch{On: rapport.BranchFollowers, Is: "below", Value: "5000"}.Holds(rapport.BranchFacts{}), "unknown is not zero")
}

func TestFirstMailsAreThoseOfEveryWay(t *testing.T) {
	t.Parallel()

	mail, task := rapport.SequenceStep{Kind: rapport.StepSend, Template: "x"}, rapport.SequenceStep{Kind: rapport.StepTask, Title: "Call"}
	fork := rapport.SequenceStep{Kind: rapport.StepBranch, Branch: &rapport.Branch{On: rapport.BranchPage, Then: 3, Else: 2}}
	require.Equal(t, []int{0}, rapport.Sequence{Steps: []rapport.SequenceStep{mail, fork, mail, mail}}.FirstMails())
	require.ElementsMatch(t, []int{2, 3}, rapport.Sequence{Steps: []rapport.SequenceStep{task, fork, mail, mail}}.FirstMails())
	require.Empty(t, rapport.Sequence{Trigger: &rapport.SequenceTrigger{}, Steps: []rapport.SequenceStep{mail}}.FirstMails())
}
