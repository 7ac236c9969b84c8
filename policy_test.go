package rapport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestPolicyCheck(t *testing.T) {
	t.Parallel()

	ada := id("ada")
	good := rapport.Policy{OnSilence: rapport.SilenceHold, Stages: []rapport.PolicyStage{
		{Name: "Brand", Approvers: []rapport.Approver{{Kind: "user", UserID: &ada}}, Rule: rapport.RuleAny, Starts: rapport.StartsAfter, DeadlineDays: 3, OnReject: rapport.RejectToCreator},
		{
			Name: "Law", Approvers: []rapport.Approver{{Kind: "role", Role: rapport.RoleLegal}}, Rule: rapport.RuleQuorum, Quorum: 1, Starts: "in_parallel",
			DeadlineDays: 60, OnReject: rapport.RejectToPrevious, Legal: true,
		},
	}}
	require.Empty(t, good.Check())
	good.OnSilence = rapport.SilenceReject
	require.Empty(t, good.Check())
	good.OnSilence = rapport.SilenceApprove
	require.Equal(t, []string{"on_silence legal_stage"}, paths(good.Check()), "silence never approves where law is touched")

	lena := rapport.Approver{Kind: rapport.ApproverOutside, ReviewerID: &ada}
	twice := rapport.Policy{OnSilence: rapport.SilenceHold, Stages: append([]rapport.PolicyStage{}, good.Stages...)}
	twice.Stages = append(twice.Stages, good.Stages[0], good.Stages[0])
	twice.Stages[2].Approvers, twice.Stages[3].Approvers = []rapport.Approver{lena}, []rapport.Approver{lena}
	require.Empty(t, twice.Check(), "one after the other")
	apart := append([]rapport.PolicyStage{}, twice.Stages...)
	apart[0], apart[2], apart[3] = twice.Stages[3], good.Stages[0], twice.Stages[3]
	apart[1] = good.Stages[0]
	apart[3].Starts = rapport.StartsParallel
	require.Empty(t, rapport.Policy{OnSilence: rapport.SilenceHold, Stages: apart}.Check(), "the first has ended when the stage beside it begins")
	for _, starts := range []string{rapport.StartsParallel, rapport.StartsByDate} {
		twice.Stages[3].Starts, twice.Stages[3].StartFrom = starts, rapport.StartFromReview
		require.Equal(t, []string{"stages[3].approvers[0] asked_twice"}, paths(twice.Check()), "one link at a time: %s", starts)
	}

	require.Equal(t, []string{"stages count"}, paths(rapport.Policy{}.Check()))
	require.Equal(t, []string{"stages count"}, paths(rapport.Policy{Stages: make([]rapport.PolicyStage, 51)}.Check()))
	bad := rapport.Policy{OnSilence: "shout", Stages: []rapport.PolicyStage{
		{Rule: "most", Starts: "later", DeadlineDays: 0, OnReject: rapport.RejectToPrevious},
		{
			Name: "x", Approvers: []rapport.Approver{{Kind: "user"}, {Kind: "role", Role: rapport.RoleFinancePreparer}, {Kind: "cat"}}, EscalateTo: []rapport.Approver{{Kind: "cat"}},
			Rule: rapport.RuleQuorum, Starts: "in_parallel", DeadlineDays: 61, OnReject: "nowhere",
		},
	}}
	require.Equal(t, []string{
		"stages[0].name required", "stages[0].approvers required", "stages[0].rule unknown_rule", "stages[0].starts unknown_start",
		"stages[0].on_reject no_previous", "stages[0].deadline_days out_of_range",
		"stages[1].approvers[0] bad_approver", "stages[1].approvers[1] bad_approver", "stages[1].approvers[2] bad_approver", "stages[1].escalate_to[0] bad_approver",
		"stages[1].quorum out_of_range", "stages[1].on_reject unknown_value", "stages[1].deadline_days out_of_range",
		"on_silence unknown_value",
	}, paths(bad.Check()))
}
