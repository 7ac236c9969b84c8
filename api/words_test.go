package api

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

// said finds what the machines say in words of theirs.
func said(t *testing.T, pattern string) []string {
	t.Helper()
	var found []string
	files, err := filepath.Glob("../*.go")
	require.NoError(t, err)
	for _, name := range files {
		if !regexp.MustCompile(`/(partnership|review|payout|reversal)\w*\.go$`).MatchString(name) || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			found = append(found, m[1])
		}
	}
	require.NotEmpty(t, found, pattern)
	return found
}

// plain refuses what people should not read.
func plain(t *testing.T, text string) {
	t.Helper()
	require.NotContains(t, text, "_")
	require.NotContains(t, text, "%")
	require.NotContains(t, text, "  ")
	require.NotRegexp(t, `[0-9a-f]{8}-[0-9a-f]{4}`, text)
	require.Regexp(t, `^[A-Z0-9“T]`, text)
}

func TestEveryWordOfTheMachinesIsSaidForPeople(t *testing.T) {
	t.Parallel()
	for _, kind := range said(t, `Fact\{Kind: "([a-z_]+[a-z])"[,}]`) {
		require.Contains(t, factTable, kind)
	}
	for _, state := range []string{"sent", "accepted", "declined", "countered", "expired", "withdrawn"} {
		require.Contains(t, factTable, "offer_"+state)
	}
	for _, state := range rapport.PayoutStates() {
		require.Contains(t, factTable, "payout_"+string(state))
	}
	for _, state := range rapport.ReversalStates() {
		if state != rapport.ReversalSubmitted { // the row's alone: its machine goes from approved to what came of it
			require.Contains(t, factTable, "reversal_"+string(state), state)
		}
	}
	for _, kind := range said(t, `TaskChange\{Key: [^{}]*?Kind: "([a-z_]+)"`) {
		title, ifNotDone := rapport.TaskWords(kind, "")
		require.NotEqual(t, rapport.Sentence(kind), title)
		plain(t, title)
		plain(t, ifNotDone)
	}
	for _, code := range append(said(t, `refuse\("([a-z_]+)"\)`), said(t, `Refusal\{Code: "([a-z_]+)"`)...) {
		require.Contains(t, refusalTable, code)
		plain(t, refusalWords(rapport.WordsIn(""), "partnership", rapport.CmdPause, rapport.Refusal{Code: code, State: "in_conversation", At: time.Now()}, "Ada"))
	}
	for _, kind := range said(t, `timer[A-Z][A-Za-z]+ += "([a-z_]+)"`) {
		if kind != "outreach_step" {
			require.Contains(t, timerTable, kind)
		}
		plain(t, timerWords(rapport.Timer{Kind: kind}, rapport.PartnershipSummary{}, ""))
	}
	for _, decision := range append(said(t, `Decision: "([a-z_]+)"`), said(t, `w.Decision = .*"([a-z_]+)"`)...) {
		require.Contains(t, waitingTable, decision)
		plain(t, waitingWords(decision, ""))
	}
	for _, silence := range said(t, `Silence(?::| =) "([a-z_]+)"`) {
		require.Contains(t, silenceEffects, silence)
	}
}

func TestFactsReadAsSentences(t *testing.T) {
	t.Parallel()
	fee := rapport.Money{Amount: 120_000, Currency: "eur"}
	for kind := range factTable {
		for _, about := range []string{"", "Launch video"} {
			group, title, detail := factTitle(rapport.WordsIn(""), rapport.Fact{Kind: kind, Code: "no_decision", Amount: fee, N: 2, Until: time.Now()}, about)
			plain(t, title)
			plain(t, detail)
			require.True(t, gen.TimelineItemKind(group).Valid(), kind)
		}
		_, title, _ := factTitle(rapport.WordsIn(""), rapport.Fact{Kind: kind}, "")
		plain(t, title)
	}
	_, title, _ := factTitle(rapport.WordsIn(""), rapport.Fact{Kind: "offer_sent", Amount: fee}, "")
	require.Equal(t, "Offer sent: 1200.00 EUR", title)
	_, title, _ = factTitle(rapport.WordsIn(""), rapport.Fact{Kind: "contract_sent"}, "C-000001")
	require.Equal(t, "Contract C-000001 was sent for signature", title)
	group, title, _ := factTitle(rapport.WordsIn(""), rapport.Fact{Kind: "something_new"}, "")
	require.Equal(t, itemSystem, group)
	require.Equal(t, "Something new", title)
}

func TestAnOptionIsToldOfItsContract(t *testing.T) {
	t.Parallel()
	for kind, f := range optionFacts {
		require.Equal(t, factTable[kind].kind, f.kind, "a filter of the timeline finds it")
		_, title, _ := factTitle(rapport.WordsIn(""), rapport.Fact{Kind: kind, Code: rapport.KeyOption}, "C-000007")
		plain(t, title)
		require.NotContains(t, title, "post")
	}
	for kind := range factTable {
		require.Equal(t, strings.HasPrefix(kind, "key_date_"), optionFacts[kind].title != "", kind)
	}
	ref := uuid.New()
	link := func(code string) *string {
		return toTimelineItem(rapport.WordsIn(""), rapport.TimelineEntry{Fact: rapport.Fact{Kind: "key_date_set", Code: code, Ref: ref}}).Link
	}
	require.Equal(t, "/contracts/"+ref.String(), *link(rapport.KeyOption))
	require.Nil(t, link(rapport.KeyUsageRights), "it is about a post, which is no contract")
}

func TestAFeedSaysWhatEndsWithoutAPost(t *testing.T) {
	t.Parallel()
	e := rapport.CalendarEntry{Kind: rapport.KeyOption, Title: "C-000007", Creator: &rapport.UserRef{Name: "Ada"}, CampaignName: "Autumn"}
	require.Equal(t, "Option to renew ends: C-000007, Ada (Autumn)", entryWords(e))
}

func TestRefusalsNameWhoDecidedAndWhen(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 3, 14, 5, 0, 0, time.UTC)
	text := refusalWords(rapport.WordsIn(""), "review", rapport.CmdDecide, rapport.Refusal{Code: "already_decided", By: uuid.New(), At: at}, "Anna Berg")
	require.Equal(t, "This was decided already by Anna Berg on 3 May 2026, 14:05 UTC. Nothing more is needed of you.", text)
	text = refusalWords(rapport.WordsIn(""), "partnership", rapport.CmdSendOffer, rapport.Refusal{Code: "wrong_stage", State: "outreach"}, "")
	require.Equal(t, "“Make an offer” is not possible in the stage “outreach”.", text)
	require.Contains(t, refusalWords(rapport.WordsIn(""), "partnership", rapport.CmdStartAgain, rapport.Refusal{Code: "cooling_off", At: at}, ""), "3 May 2026")
	plain(t, refusalWords(rapport.WordsIn(""), "payout", rapport.CmdHold, rapport.Refusal{Code: "a_new_code"}, ""))
	require.Equal(t, "The renewal is decided already.", refusalShort("partnership", rapport.CmdRenew, "renewal_decided", "active"))
	require.Equal(t, "“Make an offer” is not possible in the stage “active”.", refusalShort("partnership", rapport.CmdSendOffer, "wrong_stage", "active"))
}

func TestTimersSayWhatTheOutreachDoesNext(t *testing.T) {
	t.Parallel()
	step := func(sent int, next rapport.StepKind) string {
		return timerWords(rapport.Timer{Kind: "outreach_step"}, rapport.PartnershipSummary{MailsSent: sent, NextStep: next}, "")
	}
	require.Equal(t, "Sends the invitation", step(0, rapport.StepSend))
	require.Equal(t, "Sends the second follow-up", step(2, rapport.StepSend))
	require.Equal(t, "Ends the outreach as unanswered", step(4, rapport.StepStop))
	require.Equal(t, "Gives the owner a task", step(1, rapport.StepTask))
	require.Equal(t, "Marks the draft of “Launch video” as late and gives the owner a task",
		timerWords(rapport.Timer{Kind: "draft_late"}, rapport.PartnershipSummary{}, "Launch video"))
}

func TestPathShowsHowFarAPartnershipCame(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 3, 14, 5, 0, 0, time.UTC)
	path := func(stage rapport.Stage, entered ...rapport.Stage) string {
		d := rapport.PartnershipDetail{PartnershipSummary: rapport.PartnershipSummary{Stage: stage, StageAt: at, CreatedAt: at}, Entered: map[rapport.Stage]time.Time{}}
		for _, s := range entered {
			d.Entered[s] = at
		}
		steps := pathOf(d)
		words := make([]string, 0, len(steps))
		for _, step := range steps {
			words = append(words, string(step.Stage)+" "+string(step.Status))
			require.Equal(t, step.Status == gen.PathStepStatusDone || step.Status == gen.PathStepStatusCurrent, step.At != nil, step.Stage)
		}
		return strings.Join(words, ", ")
	}
	require.Equal(t, "prospect current, outreach ahead, in_conversation ahead, negotiating ahead, contract_out ahead, active ahead, wrapping_up ahead, completed ahead", path(rapport.StageProspect))
	require.Equal(t, "prospect done, outreach done, in_conversation done, negotiating current, contract_out ahead, active ahead, wrapping_up ahead, completed ahead",
		path(rapport.StageNegotiating, rapport.StageOutreach, rapport.StageInConversation, rapport.StageNegotiating, rapport.StageContractOut))
	require.Equal(t, "prospect done, outreach done, in_conversation skipped, negotiating skipped, contract_out skipped, active skipped, wrapping_up skipped, completed skipped, unresponsive current",
		path(rapport.StageUnresponsive, rapport.StageOutreach))
}

func TestACommandNamesWhatItFitsOrSaysWhyNothingDoes(t *testing.T) {
	t.Parallel()
	brand, bonuses, first, second := uuid.New(), []uuid.UUID{uuid.New(), uuid.New()}, uuid.New(), uuid.New()
	ops := rapport.Principal{Brands: []rapport.BrandRoles{{BrandID: brand, Roles: []rapport.Role{rapport.RoleOps}}}}
	all := func(stage rapport.Stage, state string, views ...rapport.CommandView) map[string]gen.Command {
		d := rapport.PartnershipDetail{PartnershipSummary: rapport.PartnershipSummary{BrandID: brand, Stage: stage, Commands: views}}
		if state != "" {
			d.Deliverables = []rapport.PartnershipDeliverable{{ID: first, State: state}, {ID: second, State: "accepted"}}
		}
		of := map[string]gen.Command{}
		for _, c := range toCommands(d, ops) {
			require.NotContains(t, of, c.Command)
			of[c.Command] = c
		}
		return of
	}
	require.Empty(t, all(rapport.StageOutreach, ""), "without deliverables no command is about one")

	of := all(rapport.StageActive, "awaiting_draft",
		rapport.CommandView{Kind: rapport.CmdRecordNumber, Ref: first}, rapport.CommandView{Kind: rapport.CmdDropBonus, Ref: bonuses[0]},
		rapport.CommandView{Kind: rapport.CmdRecordNumber, Ref: first}, rapport.CommandView{Kind: rapport.CmdDropBonus, Ref: bonuses[1]},
		rapport.CommandView{Kind: rapport.CmdWaive, Ref: first}, rapport.CommandView{Kind: rapport.CmdWaive, Ref: second})
	require.Equal(t, []uuid.UUID{first, second}, *of["waive_deliverable"].Fits)
	require.True(t, of["waive_deliverable"].Allowed)
	require.Equal(t, []uuid.UUID{first}, *of["record_number"].Fits)
	require.Equal(t, bonuses, *of["drop_bonus"].Fits)
	for _, kind := range []string{"retry_check", "accept_deliverable", "revoke_approval", "offer_round"} {
		require.False(t, of[kind].Allowed, kind)
		require.Nil(t, of[kind].Fits, kind)
		require.Equal(t, "No deliverable is in a state that allows this.", *of[kind].Reason, kind)
	}
	require.Contains(t, *all(rapport.StageActive, "approved_to_post")["revoke_approval"].Reason, "Take the payment back")
	require.Contains(t, *all(rapport.StageTerminated, "waived")["waive_deliverable"].Reason, "has ended")
	require.Contains(t, *all(rapport.StageBanned, "approved_to_post")["revoke_approval"].Reason, "Lift the ban")
}

func TestMailKeepsItsShapeAndNothingThatRuns(t *testing.T) {
	t.Parallel()
	m := toMessage(rapport.Message{HTML: `<p onclick="x()">Hi <b>there</b><script>x()</script><img src="https://spy.example/a.png"><a href="javascript:x()">a</a><a href="https://ok.example">b</a></p>`})
	require.Equal(t, `<p>Hi <b>there</b>a<a href="https://ok.example" rel="nofollow noreferrer noopener" target="_blank">b</a></p>`, *m.Html)
	require.Nil(t, toMessage(rapport.Message{}).Html)
	require.Equal(t, "Open [link to the creator's page].", *toMessage(rapport.Message{Text: "Open {{portal_link}}."}).Text)
}
