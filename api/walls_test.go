package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api"
	"rapport/api/gen"
	"rapport/postgres/pgtest"
)

// exempt are the operations of the contract that TestBrandsAreWallsInEveryOperation does not walk, each with its reason.
var exempt = map[string]string{ //nolint:gochecknoglobals // a table
	"signIn":                "takes no id; nobody is signed in yet",
	"openPortal":            "takes no id; nobody is signed in yet",
	"signOut":               "takes no id: it ends the session that came with the request",
	"createToken":           "takes no id: it makes something of the caller's own",
	"createBrand":           "takes no id: it makes a brand of its own",
	"runReconciliation":     "takes no id: it compares the books of the whole house",
	"requestPortalCode":     "takes no id: the visit says whom it is about",
	"createOnboardingLink":  "takes no id: the visit says whom it is about",
	"portalUnsubscribe":     "takes no id: the visit says whom it is about",
	"choosePortalLocale":    "takes no id: the visit says whom it is about",
	"getOutsideReview":      "takes no id: the link says what it is about, see TestALinkReachesItsOwnVersionOnly",
	"getOutsideFile":        "takes no id: the link says what it is about",
	"decideOutside":         "takes no id: the link says what it is about",
	"createCalendar":        "takes no id of a brand's: people make their own, and creators are shared between the brands",
	"createCreator":         "creators are shared between the brands",
	"listAbsences":          "creators are shared between the brands",
	"addAbsence":            "creators are shared between the brands",
	"removeAbsence":         "creators are shared between the brands",
	"listPortalAbsences":    "takes no id: the visit says whom it is about",
	"addPortalAbsence":      "takes no id: the visit says whom it is about",
	"withdrawPortalAbsence": "creators are shared between the brands; another creator's is not found: TestACreatorTakesAnAbsenceBack",
	"editCreator":           "creators are shared between the brands",
	"importCreators":        "creators are shared between the brands",
	"setBan":                "creators are shared between the brands",
	"setDoNotContact":       "creators are shared between the brands",
	"mergeCreator":          "creators are shared between the brands: TestMergeTellsNothingOfAnotherBrand",
	"undoCreatorMerge":      "creators are shared between the brands: TestMergeTellsNothingOfAnotherBrand",
	"listHolidays":          "holidays belong to countries",
	"listComplianceNotes":   "notes belong to countries",
	"getOverview":           "answers numbers and no ids: TestOverviewCountsWhatIsMine",
	"countPartnerships":     "answers numbers and no ids: TestABatchGivesManyTheSameCommand",
	"exportCampaignHealth":  "answers numbers and no ids: TestInboxCalendarAndChartsAreTables",
	"exportCashWeeks":       "answers numbers and no ids: TestInboxCalendarAndChartsAreTables",
	"countTasks":            "answers numbers and no ids: TestManyTasksAreChangedEachAsIfAlone",
	"listCashWeeks":         "answers numbers and no ids: TestCashLeavesByWeek",
	"listPayoutLanes":       "takes and answers no ids of payouts: TestWhatIsOwedStandsInLanes",
	"getPortalStatement":    "takes no id: the visit says whom it is about",
	"exportPortalStatement": "takes no id: the visit says whom it is about",
	"stream":                "stays open: TestTheStreamTellsWhatChangesInOnesBrands",
	"exportReconciliation":  "a comparison is of the whole house, its lines are not: TestCasesAndLinesStayBehindTheirWalls",
	"getPaymentsGate":       "takes no id; its brands are the caller's: TestCasesAndLinesStayBehindTheirWalls",
	"askPasswordLink":       "takes no id; nobody is signed in yet",
	"getPasswordLink":       "takes no id: the link says whose it is, see TestAPasswordLinkWorksOnce",
	"usePasswordLink":       "takes no id: the link says whose it is",
	"changePassword":        "takes no id: it is the caller's own",
	"stepUp":                "takes no id: it proves that it is the caller",
	"getSecondFactor":       "takes no id: it is the caller's own",
	"beginSecondFactor":     "takes no id: it makes something of the caller's own",
	"confirmSecondFactor":   "takes no id: it is the caller's own",
	"replaceRecoveryCodes":  "takes no id: it is the caller's own",
	"removeSecondFactor":    "takes no id: it is the caller's own",

	"getNotificationSettings":  "takes no id: they are the caller's own",
	"editNotificationSettings": "takes no id: they are the caller's own",
	"readNotifications":        "marks the caller's own alone: TestNotificationsAreOnesOwn",
}

// exemptFields are the ids in bodies that the API passes on unseen.
var exemptFields = map[string]string{ //nolint:gochecknoglobals // a table
	"commandPartnership.milestone_id":   "the partnership's workflow refuses milestones that are not its own",
	"commandPartnership.deliverable_id": "the partnership's workflow refuses deliverables that are not its own",
	"commandPartnership.submission_id":  "no command to a partnership reads it",
	"commandPartnership.message_id":     "the partnership's workflow refuses mails that are not its own",

	"createPartnershipBatch.filter.brand_id":    "narrows the caller's own brands, as the list does",
	"createPartnershipBatch.filter.campaign_id": "as filter.brand_id",
	"createPartnershipBatch.filter.creator_id":  "as filter.brand_id",
	"createPartnershipBatch.filter.owner_id":    "as filter.brand_id",
	"createPartnershipBatch.undoes":             "a batch is its maker's own: TestABatchGivesManyTheSameCommand",
	"changeTasks.filter.brand_id":               "as in createPartnershipBatch",
	"changeTasks.filter.partnership_id":         "as in createPartnershipBatch",
	"changeTasks.user_id":                       "each task refuses a person without a role at its brand: TestManyTasksAreChangedEachAsIfAlone",

	"draftAmendment.dropped.0":              "held against the term's own rows by the look-up that moved has",
	"draftAmendment.dropped_milestones.0":   "as dropped",
	"previewAmendment.dropped.0":            "as in draftAmendment",
	"previewAmendment.dropped_milestones.0": "as in draftAmendment",

	"previewContractDraft.fallbacks.0.clause_id": "is said among the errors of the answer; saveContractDraft refuses it",
	"previewContractDraft.added.0":               "as in fallbacks",
	"previewContractDraft.left_out.0":            "as in fallbacks",

	// campaign_date, wherever it is, names no row: it is held against the dates of the campaign itself, TestAPieceIsForADateOfItsCampaign.
	"createCampaign.dates.0.id": "is chosen by the caller",
	"editCampaign.dates.0.id":   "as in createCampaign",

	"handOverReview.from_user_id": "the review refuses a person whom it does not ask",

	"createPolicy.stages.0.approvers.0.reviewer_id":     "a person of the house stands there: see TestAPolicyNamesOnlyWhoIsTheBrands",
	"createPolicy.stages.0.escalate_to.0.reviewer_id":   "a review escalates to nobody outside",
	"simulatePolicy.stages.0.approvers.0.reviewer_id":   "as in createPolicy",
	"simulatePolicy.stages.0.escalate_to.0.reviewer_id": "a review escalates to nobody outside",
}

// ids are things of one brand, each under the word with which the contract asks for it: the segment before it in a path, a
// parameter, a field.
type ids map[string]uuid.UUID

// of is the path with the ids.
func (i ids) of(t *testing.T, path string) string {
	t.Helper()
	path = strings.ReplaceAll(path, "{n}", "0")
	if special, ok := i[path]; ok { // an operation that needs a thing in another state than the others do
		return strings.Replace(path, "{id}", special.String(), 1)
	}
	return regexp.MustCompile(`([^/]+)/\{\w+\}`).ReplaceAllStringFunc(path, func(part string) string {
		word, _, _ := strings.Cut(part, "/")
		require.Contains(t, i, word, "%s: furnish makes nothing that stands there", path)
		return word + "/" + i[word].String()
	})
}

// bodies are right in every field and name every id that the contract lets them name.
func bodies(i ids) map[string]any {
	brand, user := i["brand_id"], i["user_id"]
	roles := []any{map[string]any{"brand_id": brand, "roles": []string{"ops"}}}
	made := campaign(brand)
	made["sequence_id"], made["policy_id"], made["owner_id"] = i["sequence_id"], i["policy_id"], i["owner_id"]
	made["automation_ids"], made["contract_template_id"] = []uuid.UUID{i["automation_ids"]}, i["contract-templates"]
	clauses, must := []uuid.UUID{i["clauses"]}, []string{"disclosure"}
	house := []any{map[string]any{"kind": "user", "user_id": user}}
	stages := []any{
		map[string]any{"name": "Brand", "approvers": house, "escalate_to": house, "rule": "any", "starts": "after_previous", "deadline_days": 3, "on_reject": "creator"},
		map[string]any{"name": "House", "approvers": house, "rule": "any", "starts": "after_previous", "deadline_days": 3, "on_reject": "creator"},
	}
	when := map[string]any{"campaigns": []uuid.UUID{i["campaigns"]}}
	return map[string]any{
		"createUser":        map[string]any{"name": "Ida", "email": "ida@mail.example", "password": password, "brands": roles},
		"setRoles":          map[string]any{"brands": roles},
		"createToken":       map[string]any{"name": "sync"},
		"editBrand":         map[string]any{"postal_address": "2 Street"},
		"createTopUp":       map[string]any{"amount": eur(100)},
		"createCalendar":    map[string]any{"zone": "UTC", "working_days": []int{1}, "opens": "09:00", "closes": "10:00", "holidays": []any{}},
		"editCalendar":      map[string]any{"zone": "UTC", "working_days": []int{1}, "opens": "09:00", "closes": "10:00", "holidays": []any{}},
		"createCampaign":    made,
		"editCampaign":      map[string]any{"brief": "Show it.", "automation_ids": []uuid.UUID{i["automation_ids"]}, "policy_id": i["policy_id"]},
		"startPartnerships": map[string]any{"creator_ids": []uuid.UUID{i["creator_ids"]}, "owner_id": i["owner_id"]},
		"createSequence":    map[string]any{"brand_id": brand, "name": "New", "steps": []any{map[string]any{"kind": "send", "template": "invitation"}}},
		"simulateSequence":  map[string]any{"brand_id": brand, "creator_id": i["creator_id"], "steps": []any{map[string]any{"kind": "send", "template": "invitation"}}},
		"createTemplate":    map[string]any{"brand_id": brand, "name": "New", "subject": "Hi", "body": "Hi"},
		"fileMail":          map[string]any{"partnership_id": i["partnership_id"]},
		"sendMessage":       map[string]any{"channel": "note", "direction": "internal", "text": "Look!", "thread_id": i["thread_id"], "mentions": []uuid.UUID{i["mentions"]}},
		"commandPartnership": map[string]any{
			"command": "revoke_approval", "deliverable_id": i["deliverable_id"], "submission_id": i["submission_id"], "message_id": i["message_id"], "milestone_id": i["milestone_id"],
		},
		"previewTemplate":    map[string]any{"brand_id": brand, "subject": "Hi", "body": "Hi {{creator.name}}", "creator_id": i["creator_id"], "campaign_id": i["campaign_id"]},
		"moveSequence":       map[string]any{"sequence_id": i["automation_ids"], "run_id": i["run_id"], "dry_run": true},
		"editDraft":          map[string]any{"subject": "Hi", "text": "Hi {{portal_link}}"},
		"settleMail":         map[string]any{"arrived": true},
		"assignThread":       map[string]any{"user_id": user},
		"setThreadState":     map[string]any{"state": "done"},
		"snoozeThread":       map[string]any{"until": time.Now().Add(time.Hour)},
		"setThreadPrivacy":   map[string]any{"privacy": "team"},
		"mergeThread":        map[string]any{"thread_id": i["thread_id"]},
		"splitThread":        map[string]any{"message_ids": []uuid.UUID{i["message_ids"]}, "subject": "Another matter"},
		"saveCannedAnswer":   map[string]any{"brand_id": brand, "name": "Thanks", "body": "Thank you, {{creator.first_name}}!"},
		"removeCannedAnswer": map[string]any{},
		"sendOffer":          map[string]any{"fee": eur(100)},
		"offerRenewal":       map[string]any{"fee": eur(100)},
		"exerciseOption":     map[string]any{"fee": eur(100)},
		"overrideConflict": map[string]any{
			"partnership_id": i["partnership_id"], "reason": "They agreed",
			"key": rapport.DeriveID(rapport.DeriveID(rapport.Slot{PartnershipID: i["partnership_id"], Term: 1}.ID(), rapport.ConflictAbsence), sharedAbsence.String()),
		},
		"renameView":         map[string]any{"name": "Another"},
		"createView":         map[string]any{"page": "/partnerships", "name": "Mine", "search": map[string]any{"q": "x"}, "brand_id": brand},
		"decideKeyDate":      map[string]any{"decision": "let_end"},
		"createCalendarFeed": map[string]any{"campaign_id": i["campaign_id"]},
		"addAbsence":         map[string]any{"from": "2026-05-04", "to": "2026-05-05"},
		"addPortalAbsence":   map[string]any{"from": "2026-05-04", "to": "2026-05-05"},
		"choosePortalLocale": map[string]any{"locale": "de"},
		"sendContract":       map[string]any{"consent": rapport.Consent(rapport.PartyBrand)},

		"approveContract":      map[string]any{"text_sha256": draftSHA256},
		"previewContractDraft": choicesOf(i),
		"saveContractDraft":    map[string]any{"from_draft": 1, "choices": choicesOf(i), "text_sha256": draftSHA256},

		"createClause":            map[string]any{"brand_id": brand, "kind": "general", "title": "New", "body": "x"},
		"createClauseVersion":     map[string]any{"title": "Next", "body": "y", "from_version": 1},
		"createContractTemplate":  map[string]any{"brand_id": brand, "name": "New", "clauses": clauses, "must_include": must, "default": true},
		"editContractTemplate":    map[string]any{"name": "Ours", "clauses": clauses, "must_include": must, "default": true},
		"previewContractTemplate": map[string]any{"brand_id": brand, "clauses": clauses, "must_include": must},
		"decideReview":            map[string]any{"decision": "approve", "submission_id": i["submission_id"]},
		"createPayoutBatch": map[string]any{
			"brand_id": brand, "part": "preparer", "approve": []any{map[string]any{"payout_id": i["payout_id"], "amount": eur(40000)}},
			"exclude": []any{map[string]any{"payout_id": i["second_payout"], "reason": "Not yet"}},
		},
		"editPayoutPolicy":       map[string]any{"preparers_prove": true, "two_releasers_from": []any{eur(100)}},
		"approvePayout":          map[string]any{"part": "preparer", "amount": eur(40000)},
		"commandPayout":          map[string]any{"command": "hold", "reason": "Wait", "review_on": "2100-01-31"},
		"recordOfflinePayment":   form{"%PDF-1.4", "paid_on", berlinToday(), "reference", "A 1", "amount", "5000", "currency", "eur"},
		"acceptTransfer":         map[string]any{"transfer_id": foundAt(i["/v1/payouts/{id}/acceptances"]), "reason": "It is the payment"},
		"approveAcceptance":      map[string]any{"acceptance_id": i["acceptance_id"], "amount": eur(1000)},
		"createReversal":         map[string]any{"amount": eur(50), "reason": "The post is gone"},
		"approveReversal":        map[string]any{"part": "reverse", "amount": eur(100)},
		"commandReversal":        map[string]any{"command": "cancel", "reason": "It is right as it is"},
		"commandCase":            map[string]any{"command": "assign", "owner_id": i["to_user_id"]},
		"askTopUpBooking":        map[string]any{"brand_id": brand, "reason": "The slip names us"},
		"approveTopUpBooking":    map[string]any{"booking_id": i["booking_id"], "amount": eur(1000)},
		"createPartnershipBatch": map[string]any{"command": "pause", "partnership_ids": []uuid.UUID{i["partnership_ids"]}},
		"changeTasks":            map[string]any{"act": "reassign", "user_id": i["to_user_id"], "task_ids": []uuid.UUID{i["task_ids"]}},
		"completeTask":           map[string]any{"note": "Done"},
		"reassignTask":           map[string]any{"user_id": user},
		"snoozeTask":             map[string]any{"until": time.Now().Add(time.Hour)},
		"decideOffer":            map[string]any{"decision": "accept"},
		"signContract":           map[string]any{"decision": "decline"},
		"submitDraft":            form{"%PDF-1.4", "caption", "#ad"},
		"reportPost":             map[string]any{"url": "https://video.example/1"},
		"liftSuppression":        map[string]any{"reason": "They asked for it."},
		"createCreatorField":     map[string]any{"brand_id": brand, "name": "New", "kind": "text"},
		"mergeCreator":           map[string]any{"into": i["creator_id"]},
		"undoCreatorMerge":       map[string]any{},
		"editCreatorProfile": map[string]any{
			"preferences": "No mornings", "style_notes": "", "fields": []any{map[string]any{"field_id": i["field_id"], "value": "M"}},
			"rates": []any{map[string]any{"platform": "youtube", "kind": "video", "amount": eur(100), "as_of": "2026-01-01"}},
		},
		"archiveCreatorField":    map[string]any{},
		"createPolicy":           map[string]any{"brand_id": brand, "name": "New", "stages": stages, "when": when},
		"simulatePolicy":         map[string]any{"brand_id": brand, "stages": stages, "when": when},
		"retirePolicy":           map[string]any{},
		"createOutsideReviewer":  map[string]any{"brand_id": brand, "name": "Oda", "email": "oda@press.example"},
		"removeOutsideReviewer":  map[string]any{},
		"createDelegation":       map[string]any{"brand_id": brand, "from_user_id": user, "to_user_id": i["to_user_id"], "starts_at": time.Now(), "ends_at": time.Now().Add(time.Hour)},
		"endDelegation":          map[string]any{},
		"setSlack":               map[string]any{},
		"setCodes":               map[string]any{"promo_code": "NORD10"},
		"addShipment":            map[string]any{"reference": "00340434161094042557"},
		"noteDelivery":           map[string]any{"delivered_at": "2026-01-02T03:04:05Z"},
		"grantExtension":         map[string]any{"publish_by": time.Now().Add(200 * 24 * time.Hour)},
		"previewExtension":       map[string]any{"publish_by": time.Now().Add(200 * 24 * time.Hour)},
		"declineExtension":       map[string]any{"words": "The shop opens then"},
		"withdrawExtension":      map[string]any{},
		"requestExtension":       map[string]any{"reason": "I am ill", "publish_by": time.Now().Add(200 * 24 * time.Hour)},
		"previewSchedule":        map[string]any{"publish_at": time.Now().Add(time.Hour)},
		"schedulePost":           map[string]any{"publish_at": time.Now().Add(time.Hour)},
		"schedulePortalPost":     map[string]any{"publish_at": time.Now().Add(time.Hour)},
		"unschedulePost":         map[string]any{},
		"unschedulePortalPost":   map[string]any{},
		"visitPortalPartnership": map[string]any{},
		"offerRound":             map[string]any{"fee": eur(100)},
		"draftAmendment": map[string]any{
			"moved":      []map[string]any{{"deliverable_id": i["deliverable_id"], "publish_days": 5}},
			"extended":   []map[string]any{{"key_date_id": i["key_date_id"], "days": 5, "deliverable_ids": []any{i["deliverable_ids"]}}},
			"milestones": []map[string]any{{"title": "More", "trigger": "posted", "deliverable_id": i["deliverable_id"], "amount": 100, "net_days": 0}},
		},
		"previewAmendment": map[string]any{
			"moved":      []map[string]any{{"deliverable_id": i["deliverable_id"], "publish_days": 5}},
			"extended":   []map[string]any{{"key_date_id": i["key_date_id"], "days": 5, "deliverable_ids": []any{i["deliverable_ids"]}}},
			"milestones": []map[string]any{{"title": "More", "trigger": "posted", "deliverable_id": i["deliverable_id"], "amount": 100, "net_days": 0}},
		},
		"giveBonus":          map[string]any{"amount": eur(100), "reason": "A good one", "deliverable_id": i["deliverable_id"]},
		"enterPostNumber":    map[string]any{"metric": "views", "value": 1, "stood_at": "2026-01-02T03:04:05Z", "source": "The statistics page"},
		"addComment":         map[string]any{"text": "Brighter?", "internal": true, "reply_to": i["reply_to"]},
		"resolveComment":     map[string]any{"resolved": true},
		"handOverReview":     map[string]any{"kind": "reassign", "from_user_id": user, "to_user_id": i["to_user_id"]},
		"sendReviewLink":     map[string]any{"reviewer_id": i["reviewer_id"]},
		"revokeReviewLink":   map[string]any{},
		"tickCorrection":     map[string]any{"done": true},
		"setJournalAccounts": map[string]any{"items": []any{}},
		"createFxQuote":      map[string]any{"brand_id": brand, "base": "eur", "quote": "usd", "rate": "1.0852", "source": "ECB", "on_day": "2026-01-02"},
		"decideRound":        map[string]any{"decision": "agree"},
		"addPortalComment":   map[string]any{"text": "Yes", "reply_to": i["reply_to"]},
	}
}

// choicesOf chooses something of everything for a contract.
func choicesOf(i ids) map[string]any {
	return map[string]any{
		"template_id": i["template_id"], "fallbacks": []any{map[string]any{"clause_id": i["clause_id"], "fallback": 1}}, "added": []uuid.UUID{i["added"]}, "left_out": []uuid.UUID{i["left_out"]},
	}
}

// form is a body with a file: its content, then fields with their values.
type form []string

// walls is a desk on which the two brands have the same things, and the same creator.
type walls struct {
	*desk

	theirs, mine ids // of brand one and of brand two
	persons      ids // theirs, but for the calendar, which is a person's
	visitor      call
}

func newWalls(t *testing.T) walls {
	t.Helper()
	w := walls{desk: newDesk(t, func(c *api.Config) {
		c.Workflows = dispatcher{c.Workflows.Deliver, func(string) (rapport.LiveWorkflow, error) { return rapport.LiveWorkflow{}, nil }}
	})}
	other := w.seed(t, w.two, "two.example")
	w.theirs, w.mine = w.furnish(t, w.world.one, "one.example", w.work), w.furnish(t, w.two, "two.example", other)
	w.persons = maps.Clone(w.theirs)
	w.persons["calendars"] = one[uuid.UUID](t, w.desk, `select id from calendars where owner_id = $1`, w.theirs["user_id"])
	w.visitor = w.visit(t, other.link)
	return w
}

// furnish gives a brand what its work lacks of all that the contract can ask for. Its person "both" gets every role.
func (d *desk) furnish(t *testing.T, brand uuid.UUID, host string, w work) ids {
	t.Helper()
	both, user, leaver := d.users["both@"+host], d.users["approver@"+host], d.users["auditor@"+host]
	request, token, task, sequence, policy, kim, mail := id(), id(), id(), id(), id(), id(), id()
	d.sql(t, `insert into user_roles (user_id, brand_id, role) select distinct $1::uuid, $2::uuid, role from user_roles on conflict do nothing`, both, brand)
	d.sql(t, `insert into role_requests (id, user_id, brand_id, role, requested_by) values ($1, $2, $3, 'finance_preparer', $4)`, request, d.users["guest@"+host], brand, d.users["admin@"+host])
	d.sql(t, `insert into api_tokens (id, user_id, name, secret_hash) values ($1, $2, 'sync', '')`, token, both)
	d.sql(t, `insert into calendars (id, owner_kind, owner_id, zone, working_days, opens, closes) values ($1, 'user', $2, 'UTC', '{1}', '09:00', '10:00')`, id(), user)
	d.sql(t, `insert into tasks (id, brand_id, partnership_id, kind, owner_id) values ($1, $2, $3, 'reply', $4)`, task, brand, w.partnership, user)
	finished := id()
	d.sql(t, `insert into tasks (id, brand_id, partnership_id, kind, owner_id, state, done_by, done_at) values ($1, $2, $3, 'reply', $4, 'done', $5, now())`, finished, brand, w.partnership, user, both)
	d.sql(t, `insert into sequences (id, version, brand_id, name, steps) select $1, 1, $2, 'Ours', steps from sequences where brand_id is null`, sequence, brand)
	d.sql(t, `insert into policies (id, version, brand_id, name, stages) select $1, 1, $2, 'Ours', stages from policies where brand_id is null`, policy, brand)
	d.sql(t, `insert into templates (id, version, brand_id, name, subject, body) values ($1, 1, $2, 'ours', 'Hi', 'Hi')`, id(), brand)
	d.sql(t, `insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, state, body_text)
		values ($1, $2, $3, $4, 'in', 'dm', 'logged', 'Yes!')`, id(), w.partnership, brand, w.creator)
	d.sql(t, `insert into creators (id, name) values ($1, 'Kim')`, kim) // works with this brand only
	d.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', $3)`, id(), kim, "kim@"+host)
	d.sql(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'active')`, id(), brand, w.campaign, kim, user)
	d.sql(t, `insert into messages (id, direction, channel, state, class, from_address) values ($1, 'in', 'email', 'unmatched', 'human', $2)`, mail, "kim@"+host)
	threads := d.threads(t, brand, user, w)
	d.sql(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind)
		values ($1, 'partnership', $1, 1, $2, now(), 'started'), ($1, 'partnership', $1, 2, $2, now(), 'stage')`, w.partnership, brand)
	d.sql(t, `insert into blobs (sha256, content_type, size, content) values ('\x01', 'image/png', 1, '\x01') on conflict do nothing`)
	d.sql(t, `update submissions set file_name = 'draft.png', file_sha256 = '\x01' where id = $1`, w.submission)
	d.sql(t, `select ledger_post($1, 'accrual', $2, $3, null::int, null::text, 'eur', $4)`, id(), brand, w.payout,
		`[{"account":"milestone_expense:`+brand.String()+`:eur","amount":-40000},{"account":"creator_payable:`+brand.String()+":"+w.creator.String()+`:eur","floor_zero":true,"amount":40000}]`)
	second, batch := d.secondPayout(t, brand, w), id()
	d.sql(t, `insert into payout_batches (id, brand_id, part, made_by) values ($1, $2, 'preparer', $3)`, batch, brand, both)
	d.sql(t, `insert into payout_batch_items (batch_id, payout_id, brand_id, amount, currency, excluded) values ($1, $2, $3, 30000, 'eur', 'Not yet')`, batch, second, brand)
	many, command := id(), id()
	d.sql(t, `insert into partnership_batches (id, command, made_by) values ($1, 'pause', $2)`, many, both)
	d.sql(t, `insert into outbox (id, brand_id, kind, workflow_id, input, acked_at, handled_at) values ($1, $2, 'update', 'partnership/' || $3::uuid, '{}', now(), now())`, command, brand, w.partnership)
	d.sql(t, `insert into partnership_batch_items (batch_id, partnership_id, brand_id, outbox_id) values ($1, $2, $3, $4)`, many, w.partnership, brand, command)
	suppression, field, part, merge := id(), id(), id(), id()
	d.sql(t, `insert into suppressions (id, email, brand_id, reason) values ($1, $2, $3, 'unsubscribe')`, suppression, "gone@"+host, brand)
	d.sql(t, `insert into creator_fields (id, brand_id, name, kind) values ($1, $2, 'Size', 'text')`, field, brand)
	d.sql(t, `insert into creators (id, name) values ($1, 'Kim K.')`, part)
	d.sql(t, `insert into creator_merges (id, from_creator, into_creator, moved, by) values ($1, $2, $3, '{}', $4)`, merge, part, kim, user)
	reviewer, away, link, remark, decision, correction, look := id(), id(), id(), id(), id(), id(), id()
	d.sql(t, `insert into outside_reviewers (id, brand_id, name, email) values ($1, $2, 'Out', $3)`, reviewer, brand, "out@"+host)
	d.sql(t, `update reviews set stages = jsonb_set(stages, '{0,approvers}', coalesce(nullif(stages #> '{0,approvers}', 'null'), '[]')
		|| jsonb_build_array(jsonb_build_object('user', $2::text, 'outside', true))) where id = $1`, w.review, reviewer)
	d.sql(t, `insert into delegations (id, brand_id, from_user, to_user, starts_at, ends_at) values ($1, $2, $3, $4, now() + interval '1 day', now() + interval '2 days')`, away, brand, leaver, both)
	d.sql(t, `insert into review_links (id, token_hash, review_id, submission_id, reviewer_id, brand_id, expires_at) values ($1, $2, $3, $4, $5, $6, now() + interval '1 day')`,
		link, link[:], w.review, w.submission, reviewer, brand)
	d.sql(t, `insert into review_comments (id, brand_id, partnership_id, deliverable_id, submission_id, contact_id, internal, body)
		select $1, $2, $3, $4, $5, id, false, 'Nice' from contacts where creator_id = $6 limit 1`, remark, brand, w.partnership, w.deliverable, w.submission, w.creator)
	d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, decision, state, decided_at) values ($1, $2, $3, $4, $5, 'approve_with_corrections', 'accepted', now())`,
		decision, w.review, w.submission, brand, leaver)
	d.sql(t, `insert into corrections (id, decision_id, submission_id, deliverable_id, partnership_id, brand_id, position, body) values ($1, $2, $3, $4, $5, $6, 0, 'A comma')`,
		correction, decision, w.submission, w.deliverable, w.partnership, brand)
	d.sql(t, `insert into post_checks (id, deliverable_id, n, result, url, screenshot_sha256) values ($1, $2, 0, 'ok', 'https://video.example/1', '\x01')`, look, w.deliverable)
	settled, paid := id(), id()
	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency, state, met_at)
		values ($1, $2, $3, $4, 1, 91, 'On signature', 'signature', 30000, 'eur', 'settled', now())`, settled, w.partnership, brand, w.contract)
	d.sql(t, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, state, due_at, paid_at)
		values ($1, $2, $3, $4, $5, 30000, 'eur', 'acct_mia', 'paid', now(), now())`, paid, settled, w.partnership, brand, w.creator)
	earned, paid, reversal := id(), id(), id()
	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
		select $1, m.partnership_id, m.brand_id, m.contract_id, 1, 90, 'Paid', 'signature', 1000, 'eur' from milestones m join payouts p on p.milestone_id = m.id where p.id = $2`, earned, w.payout)
	d.sql(t, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, state, due_at, paid_at)
		select $1, $2, partnership_id, brand_id, creator_id, 1000, 'eur', 'acct_1', 'paid', now(), now() from payouts where id = $3`, paid, earned, w.payout)
	d.sql(t, `insert into reversals (id, payout_id, partnership_id, brand_id, creator_id, amount, currency, reason, requested_by, cap_percent, commands)
		select $1, id, partnership_id, brand_id, creator_id, 100, 'eur', 'Ours', $3, 50, '[{"kind": "cancel"}, {"kind": "approve_reversal"}]' from payouts where id = $2`,
		reversal, paid, d.users["finance_preparer@"+host])
	moved, doubted, accepted := id(), id(), id()
	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
		values ($1, $2, $3, $4, 1, 92, 'In doubt', 'signature', 1000, 'eur')`, moved, w.partnership, brand, w.contract)
	d.sql(t, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, state, due_at)
		values ($1, $2, $3, $4, $5, 1000, 'eur', 'acct_1', 'unknown', now())`, doubted, moved, w.partnership, brand, w.creator)
	d.sql(t, `insert into found_transfers (transfer_id, payout_id, brand_id, attempt, amount, currency, destination, taken_back, made_at) values ($1, $2, $3, 7, 1000, 'eur', 'acct_1', 0, now())`,
		foundAt(doubted), doubted, brand)
	d.sql(t, `insert into transfer_acceptances (id, payout_id, brand_id, transfer_id, amount, currency, asked, reason, asked_by) values ($1, $2, $3, $4, 1000, 'eur', 1000, 'It is', $5)`,
		accepted, doubted, brand, foundAt(doubted), d.users["finance_preparer@"+host])
	hand, prepares := id(), d.users["finance_preparer@"+host] // a releaser with a second factor signs in with a code, and this one never does
	d.sql(t, `insert into users (id, email, name, password_hash) values ($1, $1::uuid::text || '@h.example', 'Hand', 'x')`, hand)
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'finance_releaser')`, hand, brand)
	waiting, proved := d.offlinePayout(t, brand, prepares, hand, w, 80), d.offlinePayout(t, brand, prepares, hand, w, 81)
	d.provedOffline(t, proved, d.users["finance_preparer@"+host])
	d.sql(t, `insert into fx_quotes (id, brand_id, base, quote, rate, source, on_day, entered_by) values ($1, $2, 'eur', 'usd', 1.1, 'Ours', '2020-01-01', $3)`, id(), brand, prepares)
	clause, drafted, added, left := id(), id(), id(), id()
	d.sql(t, `insert into clauses (id, version, brand_id, kind, title, body, fallbacks) values ($1, 1, $2, 'disclosure', 'Ours', 'x', '[{"body":"y","note":"Ops"}]'),
		($3, 1, $2, 'general', 'Dogs', 'z', '[]'), ($4, 1, $2, 'general', 'Cats', 'z', '[]')`, clause, brand, added, left)
	d.sql(t, `insert into contract_templates (id, brand_id, name, clauses, must_include) values ($1, $2, 'Ours', array[$3::uuid, $4::uuid], '{}')`, drafted, brand, clause, left)
	draft, unapproved := d.draft(t, brand, w), d.draft(t, brand, w)
	d.sql(t, `insert into contract_clauses (contract_id, position, brand_id, clause_id, version, title, body) values ($1, 1, $2, $3, 1, 'Ours', 'x')`, w.contract, brand, clause)
	d.sql(t, `insert into creator_absences (id, creator_id, from_on, to_on, entered_by) values ($1, $2, current_date, current_date + 30, $3) on conflict do nothing`, sharedAbsence, w.creator, user)
	extension := id()
	d.sql(t, `insert into extensions (id, brand_id, partnership_id, deliverable_id, reason, publish_by, state)
		values ($1, $2, $3, $4, 'I am ill', now() + interval '100 days', 'open')`, extension, brand, w.partnership, w.deliverable)
	feed := id()
	d.sql(t, `insert into calendar_feeds (id, user_id, campaign_id, token_hash) values ($1, $2, $3, $4)`, feed, both, w.campaign, feed[:])
	view := id()
	d.sql(t, `insert into saved_views (id, owner_id, brand_id, page, name, search) values ($1, $2, $3, '/partnerships', $1::uuid::text, '{}')`, view, both, brand)
	d.sql(t, `insert into notifications (id, user_id, brand_id, event, key, kind, partnership_id, at, mail) values ($1::uuid, $2, $3, 'contract', $1::uuid::text, 'contract_executed', $4, now(), 'off')`,
		id(), both, brand, w.partnership)
	d.sql(t, `begin; set local session_replication_role = replica; update contracts set terms = terms || '{"renewal_option": {"fee": 100, "notice_days": 45}}'; commit`)
	ends := id()
	d.sql(t, `insert into key_dates (id, brand_id, partnership_id, contract_id, kind, at, assets, state) values ($1, $2, $3, $4, 'rights_end', now() + interval '30 days', array[$5::uuid], 'open')`,
		ends, brand, w.partnership, w.contract, w.deliverable)
	difference := id()
	d.sql(t, `insert into reconciliations (id, state, from_at, to_at) values ($1, 'breaks', now() - interval '1 day', now()) on conflict do nothing`, sharedComparison)
	d.sql(t, `insert into reconciliation_lines (run_id, n, kind, ref, result, brand_id, payout_id, at)
		select $1, count(*) + 1, 'settle', 'tr_1', 'different', $2, $3, now() from reconciliation_lines`, sharedComparison, brand, w.payout)
	d.sql(t, `insert into reconciliation_cases (id, kind, noun, ref, brand_id, payout_id, at, last_run)
		values ($1, 'different', 'settle', $1::uuid::text, $2, $3, now(), $4)`, difference, brand, w.payout, sharedComparison)
	paidIn, wanted, booking := id(), id(), id()
	for _, c := range []uuid.UUID{paidIn, wanted} {
		d.sql(t, `insert into reconciliation_cases (id, kind, noun, ref, brand_id, theirs, theirs_currency, at, last_run)
			values ($1, 'missing_here', 'topup', 'tu_' || $1::uuid, $2, 1000, 'eur', now(), $3)`, c, brand, sharedComparison)
	}
	d.sql(t, `insert into top_up_bookings (id, case_id, brand_id, kind, top_up_id, amount, currency, reason, asked_by) values ($1, $2, $3, 'topup', 'tu_' || $2::uuid, 1000, 'eur', 'Ours', $4)`,
		booking, wanted, brand, prepares)
	d.sql(t, `with file as (insert into blobs (sha256, content_type, size, content) values (sha256('%PDF'), 'application/pdf', 4, '%PDF') on conflict do nothing)
		insert into contract_papers (contract_id, brand_id, sha256, text_sha256, signatures_sha256) select id, brand_id, sha256('%PDF'), body_sha256, '' from contracts where id = $1`, w.contract)
	made := ids{
		"brands": brand, "brand_id": brand, "calendars": one[uuid.UUID](t, d, `select calendar_id from brands where id = $1`, brand), "campaigns": w.campaign, "campaign_id": w.campaign,
		"/v1/contracts/{id}/draft": draft, "/v1/contracts/{id}/draft/preview": draft, "/v1/contracts/{id}/approvals": unapproved,
		"template_id": drafted, "clause_id": clause, "added": added, "left_out": left,
		"contracts": w.contract, "clauses": clause, "contract-templates": drafted, "contract_template_id": drafted,
		"creators": w.creator, "creator_id": w.creator, "creator_ids": w.creator, "deliverables": w.deliverable, "deliverable_id": w.deliverable,
		"milestone_id": w.milestone, "dropped": w.deliverable, "dropped_milestones": w.milestone, "messages": mail,
		"offers": w.offer, "partnerships": w.partnership, "partnership_id": w.partnership, "payouts": w.payout, "payout_id": w.payout, "reversals": reversal, "/v1/payouts/{id}/reversals": paid,
		"/v1/payouts/{id}/acceptances": doubted, "/v1/payouts/{id}/acceptances/approvals": doubted, "acceptance_id": accepted,
		"/v1/reconciliation-cases/{id}/bookings": paidIn, "/v1/reconciliation-cases/{id}/bookings/approvals": wanted, "booking_id": booking,
		"policy_id": policy, "reviews": w.review, "role-requests": request,
		"sequence_id": sequence, "submissions": w.submission, "submission_id": w.submission, "tasks": task, "tokens": token, "users": leaver, "user_id": user, "owner_id": user,
		"owner": user, "assigned_to": user, "creator-fields": field, "field_id": field, "creator-merges": merge, "suppressions": suppression, "mentions": user,
		"policies": policy, "outside-reviewers": reviewer, "reviewer_id": reviewer, "delegations": away, "review-links": link, "comments": remark, "reply_to": remark, "corrections": correction,
		"post-checks": look, "from_user_id": user, "to_user_id": both, "reconciliation-cases": difference, "reconciliations": sharedComparison,
		"/v1/payouts/{id}/remittance": paid, "/v1/portal/payments/{id}/remittance": settled,
		"extensions":          extension,
		"partnership-batches": many, "undoes": many, "partnership_ids": w.partnership, "task_ids": task, "/v1/tasks/{id}/reopen": finished,
		"feeds": feed, "key-dates": ends, "key_date_id": ends, "deliverable_ids": w.deliverable, "views": view,
		"absences": sharedAbsence, "payout-batches": batch, "second_payout": second, "/v1/payouts/{id}/offline-payment": waiting, "/v1/payouts/{id}/offline-payment/proof": proved,
	}
	maps.Copy(made, threads)
	return made
}

// foundAt is the transfer that Stripe has for a payout, and that is not what was asked.
func foundAt(payout uuid.UUID) string { return "tr_" + strings.ReplaceAll(payout.String(), "-", "") }

// sharedComparison is of both brands' books: each sees its own lines.
var sharedComparison = id() //nolint:gochecknoglobals // a constant

// sharedAbsence is of the creator with whom both brands work.
var sharedAbsence = id() //nolint:gochecknoglobals // a constant

// sharedRun is the id of a running sequence in both brands' partnerships: what it belongs to is told by the partnership alone.
var sharedRun = id() //nolint:gochecknoglobals // a constant

// threads gives the brand's partnership two threads, mails in every state that an operation needs, and a sequence that runs.
func (d *desk) threads(t *testing.T, brand, user uuid.UUID, w work) ids {
	t.Helper()
	automation, main, aside, written, draft, unknown, canned := id(), id(), id(), id(), id(), id(), id()
	d.sql(t, `insert into sequences (id, version, brand_id, name, trigger_on, steps)
		values ($1, 1, $2, 'By itself', '{"on":"stage","stage":"active"}', '[{"kind":"task","title":"Call"}]')`, automation, brand)
	for thread, primary := range map[uuid.UUID]bool{main: true, aside: false} {
		d.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id, subject, main) values ($1, $2, $3, $4, $5, $6)`, thread, w.partnership, brand, w.creator, "Spring "+thread.String(), primary)
	}
	for message, state := range map[uuid.UUID]string{written: "delivered", draft: "prepared", unknown: "unknown"} {
		d.sql(t, `insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, state, subject, body_text, looked, claimed_at, files)
			values ($1, $2, $3, $4, $5, 'out', 'email', $6, 'Hi', $7, $8, now(), $9)`, message, main, w.partnership, brand, w.creator, state, "Spring "+message.String(), state == "prepared", 1)
	}
	d.sql(t, `insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, state, body_text)
		values ($1, $2, $3, $4, $5, 'out', 'dm', 'logged', 'Hello')`, id(), aside, w.partnership, brand, w.creator)
	d.sql(t, `insert into blobs (sha256, content_type, size, content) values (sha256($1::text::bytea), 'text/plain', 36, $1::text::bytea)`, written.String())
	d.sql(t, `insert into message_files (message_id, n, brand_id, name, content_type, size, sha256)
		values ($1, 0, $2, $3, 'text/plain', 1, sha256($4::text::bytea))`, written, brand, written.String(), written.String())
	d.sql(t, `update contracts set opened_at = now() where id = $1`, w.contract) // the first look at it is noted
	d.sql(t, `insert into canned_answers (id, brand_id, name, body) values ($1, $2, 'Ours', 'Hi')`, canned, brand)
	call := []rapport.SequenceStep{{Kind: rapport.StepTask, Title: "Call"}}
	state, err := json.Marshal(rapport.Partnership{
		ID: w.partnership, BrandID: brand, CreatorID: w.creator, OwnerID: user, Stage: rapport.StageActive, CreatorCalendar: rapport.DefaultCalendar("UTC"),
		Automations: []rapport.Sequence{{ID: automation, Version: 1, Steps: call, Trigger: &rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageActive}}},
		Runs:        []rapport.Outreach{{ID: sharedRun, Sequence: automation}},
	})
	require.NoError(t, err)
	d.sql(t, `insert into workflow_snapshots (workflow_id, workflow, task_queue, brand_id, seq, state)
		values ($1, 'Partnership', 'rapport', $2, 1, $3)`, "partnership/"+w.partnership.String(), brand, state)
	return ids{
		"automation_ids": automation, "run_id": sharedRun, "threads": aside, "thread_id": main, "message_ids": written, "message_id": draft, "canned-answers": canned,
		"/v1/messages/{id}": draft, "/v1/messages/{id}/settle": unknown, "/v1/messages/{id}/files/0": written, "/v1/threads/{id}/split": main,
	}
}

// all is every id that a row of the brand has in the database, and those that stand in no row of a brand.
func (i ids) all(t *testing.T, d *desk) []string {
	t.Helper()
	tables := one[string](t, d, `select string_agg(format('select id from %I where brand_id = $1', c.table_name), ' union ')
		from information_schema.columns c join information_schema.columns k using (table_schema, table_name)
		where table_schema = 'public' and c.column_name = 'brand_id' and k.column_name = 'id' and k.data_type = 'uuid'`)
	list := one[[]string](t, d, `with people as (select user_id from user_roles where brand_id = $1)
		select array_agg(id::text) from (`+tables+` union select $1 union select user_id from people
			union select id from calendars where owner_id in (select user_id from people) union select id from api_tokens where user_id in (select user_id from people)) x`, i["brand_id"])
	for _, v := range i {
		list = append(list, v.String())
	}
	return list
}

// traces are a digest of every table but the one that keeps what became of the caller's own keys. When a session was last seen is no trace: asking
// for anything, once a minute, notes it.
func (d *desk) traces(t *testing.T) map[string]string {
	t.Helper()
	digests := one[string](t, d, `select string_agg(format('select %L, md5(coalesce(string_agg(x::text, '','' order by x::text), '''')) from (select (%s).* from %I x) x',
		table_name, case table_name when 'sessions' then 'jsonb_populate_record(x, ''{"seen_at": null}'')' else 'x' end, table_name), ' union all ')
		from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'idempotency'`)
	return one[map[string]string](t, d, `select json_object_agg(name, digest) from (`+digests+`) x (name, digest)`)
}

// route is one operation of the contract.
type route struct {
	*openapi3.Operation

	id, method, path string
	parameters       openapi3.Parameters
}

// contract lists every operation: what reads first, then by id from Z to A, so that a task is snoozed and reassigned before it is
// completed and a person has roles before being disabled.
func contract(t *testing.T) []route {
	t.Helper()
	spec, err := gen.GetSpec()
	require.NoError(t, err)
	var routes []route
	for path, item := range spec.Paths.Map() {
		for method, o := range item.Operations() {
			routes = append(routes, route{o, strings.ToLower(o.OperationID[:1]) + o.OperationID[1:], method, path, slices.Concat(item.Parameters, o.Parameters)})
		}
	}
	slices.SortFunc(routes, func(a, b route) int { return strings.Compare(b.order(), a.order()) })
	return routes
}

func (r route) order() string {
	if r.method == http.MethodGet {
		return "~" + r.id
	}
	return r.id
}

func (r route) public() bool { return r.Security != nil && len(*r.Security) == 0 }

func (r route) portal() bool {
	return r.Security != nil && len(*r.Security) > 0 && (*r.Security)[0]["portal"] != nil
}

// body is the schema of the operation's body; nil for none.
func (r route) body() *openapi3.SchemaRef {
	if r.RequestBody == nil {
		return nil
	}
	for _, media := range r.RequestBody.Value.Content {
		return media.Schema
	}
	return nil
}

// ask calls the operation with a key of its own.
func (r route) ask(t *testing.T, who call, path string, body any) answer {
	t.Helper()
	if f, is := body.(form); is {
		name := "file"
		for field, schema := range r.body().Value.Properties {
			if schema.Value.Format == "binary" {
				name = field
			}
		}
		return who.keyed().uploadAs(t, path, name, f[0], f[1:]...)
	}
	return who.keyed().send(t, r.method, path, body)
}

// queries are the ways to ask a list: as it is, by words that both brands have, and by each id.
func (r route) queries(t *testing.T, i ids) []string {
	t.Helper()
	list := []string{""}
	for _, ref := range r.parameters {
		p := ref.Value
		switch _, known := i[p.Name]; {
		case p.In != openapi3.ParameterInQuery:
		case p.Name == "q" && p.Required:
			list[0] = "?q=Spring"
		case p.Name == "q":
			list = append(list, "?q=Spring")
		case known && p.Required:
			list[0] = "?" + url.Values{p.Name: {i[p.Name].String()}}.Encode()
		case known:
			list = append(list, "?"+url.Values{p.Name: {i[p.Name].String()}}.Encode())
		default:
			require.Empty(t, idFields(p.Schema), "%s: furnish makes nothing for %s", r.id, p.Name)
		}
	}
	for n := 1; n < len(list) && list[0] != ""; n++ { // what must be asked is asked each time
		list[n] = list[0] + "&" + strings.TrimPrefix(list[n], "?")
	}
	return list
}

// idFields are the places of a schema that hold ids, such as brands, 0, brand_id: of a list the first.
func idFields(ref *openapi3.SchemaRef, at ...string) [][]string {
	if ref == nil {
		return nil
	}
	var places [][]string
	if ref.Value.Format == "uuid" {
		places = append(places, at)
	}
	for _, part := range ref.Value.AllOf {
		places = append(places, idFields(part, at...)...)
	}
	places = append(places, idFields(ref.Value.Items, slices.Concat(at, []string{"0"})...)...)
	for name, property := range ref.Value.Properties {
		places = append(places, idFields(property, slices.Concat(at, []string{name})...)...)
	}
	return places
}

// with is the body, as read from JSON, with the id at the place.
func with(t *testing.T, body any, place []string, id uuid.UUID) any {
	t.Helper()
	if len(place) == 0 {
		return id
	}
	switch at := body.(type) {
	case map[string]any:
		require.Contains(t, at, place[0], "bodies leaves an id out")
		at[place[0]] = with(t, at[place[0]], place[1:], id)
	case []any:
		require.NotEmpty(t, at, "bodies leaves an id out")
		at[0] = with(t, at[0], place[1:], id)
	default:
		require.Fail(t, "bodies leaves an id out", "%v", place)
	}
	return body
}

// attempt is a request that names a thing behind the wall, and how it may be answered.
type attempt struct {
	path     string
	body     any
	statuses []int
}

// attempts name another brand's things in every place where the operation takes an id; all else is the caller's own and right.
func (w walls) attempts(t *testing.T, r route, body any) []attempt {
	t.Helper()
	var list []attempt
	own, address := w.mine.of(t, r.path), func(i ids) string { return i.of(t, r.path) }
	if r.method != http.MethodGet { // what a read asks for stands below
		own += r.queries(t, w.mine)[0]
		address = func(i ids) string { return i.of(t, r.path) + r.queries(t, i)[0] }
	}
	for _, foreign := range slices.Compact([]string{address(w.theirs), address(w.persons)}) {
		if foreign != own { // a shared creator is no wall
			list = append(list, attempt{foreign, body, []int{404}})
		}
	}
	for _, place := range idFields(r.body()) {
		word := place[len(place)-1]
		if word == "0" {
			word = place[len(place)-2]
		}
		if exemptFields[r.id+"."+strings.Join(place, ".")] != "" || word == "campaign_date" {
			continue
		}
		require.Contains(t, w.theirs, word, "%s: furnish makes nothing for %v", r.id, place)
		if w.theirs[word] == w.mine[word] {
			continue
		}
		text, err := json.Marshal(body)
		require.NoError(t, err)
		var changed any
		require.NoError(t, json.Unmarshal(text, &changed))
		list = append(list, attempt{own, with(t, changed, place, w.theirs[word]), []int{404, 409, 422}})
	}
	if r.method == http.MethodGet {
		for _, query := range r.queries(t, w.theirs) {
			list = append(list, attempt{own + query, nil, []int{200, 404}})
		}
	}
	return list
}

// Whoever has every role at brand two names the things of brand one in every operation of the contract: nothing of it is answered,
// and nothing changes. The same request about an own thing is taken.
func TestBrandsAreWallsInEveryOperation(t *testing.T) {
	t.Parallel()
	w := newWalls(t)
	me, guest := w.proved(t, "both@two.example"), w.proved(t, "admin@two.example")
	w.sql(t, `insert into user_roles (user_id, brand_id, role) select distinct $1::uuid, $2::uuid, role from user_roles on conflict do nothing`, w.users["admin@two.example"], w.two)
	w.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'guest')`, w.users["admin@two.example"], w.world.one)
	pgtest.StepUp(t, w.owner, w.mine["users"], 0) // who has one to be reset
	own := w.mine.all(t, w.desk)
	secrets := slices.DeleteFunc(w.theirs.all(t, w.desk), func(s string) bool { return slices.Contains(own, s) })
	samples, unused := bodies(w.mine), maps.Clone(exempt)
	preview := me.send(t, "POST", w.mine.of(t, "/v1/contracts/{id}/draft/preview"), choicesOf(w.mine))
	samples["saveContractDraft"].(map[string]any)["text_sha256"] = preview.text("text_sha256")
	for _, r := range contract(t) {
		if exempt[r.id] != "" {
			delete(unused, r.id)
			continue
		}
		callers, roles := []call{me}, api.RolesOf(r.id)
		if r.portal() {
			callers = []call{w.visitor}
		} else if len(roles) > 0 && !slices.Contains(roles, rapport.RoleGuest) {
			callers = append(callers, guest) // to an operation that takes no guests, a guest of brand one is a stranger there
		}
		ask := func(who call, path string, body any, statuses ...int) answer {
			a := r.ask(t, who, path, body)
			assert.Contains(t, statuses, a.status, "%s: %s: %s", r.id, path, a.body)
			for _, secret := range secrets {
				assert.NotContains(t, string(a.body), secret, "%s: %s", r.id, path)
			}
			return a
		}
		attempts, before := w.attempts(t, r, samples[r.id]), w.traces(t)
		assert.NotEmpty(t, attempts, "%s: takes no id, or only what is shared; exempt it with a reason", r.id)
		for _, who := range callers {
			for _, x := range attempts {
				ask(who, x.path, x.body, x.statuses...)
			}
		}
		assert.Equal(t, before, w.traces(t), "%s: something changed", r.id)

		path := w.mine.of(t, r.path)
		if r.method != http.MethodGet {
			taken := []int{200, 201, 202, 204}
			if r.portal() {
				taken = append(taken, 409) // it was found, and is decided already
			}
			ask(callers[0], path+r.queries(t, w.mine)[0], samples[r.id], taken...)
			continue
		}
		a := ask(callers[0], path+r.queries(t, w.mine)[0], nil, 200)
		if path == r.path {
			assert.True(t, slices.ContainsFunc(own, func(s string) bool { return strings.Contains(string(a.body), s) }), "%s: shows nothing of one's own: %s", r.id, a.body)
		}
	}
	assert.Empty(t, unused, "exempt, and not in the contract")
}

func TestRolesAreHeldInEveryOperation(t *testing.T) {
	t.Parallel()
	w := newWalls(t)
	samples, nowhere := bodies(w.mine), ids{}
	for word := range w.mine {
		nowhere[word] = id()
	}
	for _, r := range contract(t) {
		path, house := w.mine.of(t, r.path), map[rapport.Role]call{}
		for _, role := range rapport.Roles() {
			house[role] = w.as(t, string(role)+"@two.example")
		}
		if r.id == "resetSecondFactor" {
			house[rapport.RoleAdmin] = w.proved(t, "admin@two.example")
		}
		before := w.traces(t)
		stranger := r.ask(t, w.anon(), path, samples[r.id]).status
		switch {
		case r.public():
			assert.NotContains(t, []int{401, 403}, stranger, r.id)
			continue
		case r.portal():
			assert.Equal(t, 401, stranger, r.id)
			assert.Equal(t, 401, r.ask(t, house[rapport.RoleAdmin], path, samples[r.id]).status, "%s: a session of the house is no visit", r.id)
			assert.NotContains(t, []int{401, 403}, r.ask(t, w.visitor, path, samples[r.id]).status, r.id)
			continue
		}
		assert.Equal(t, 401, stranger, r.id)
		assert.Equal(t, 401, r.ask(t, w.visitor, path, samples[r.id]).status, "%s: a visit is no session of the house", r.id)
		may := func(role rapport.Role) bool {
			roles := api.RolesOf(r.id)
			return len(roles) == 0 || slices.Contains(roles, role)
		}
		for role, who := range house {
			if !may(role) {
				assert.Equal(t, 403, r.ask(t, who, path, samples[r.id]).status, "%s as %s", r.id, role)
			}
		}
		assert.Equal(t, before, w.traces(t), "%s: something changed", r.id)
		for role, who := range house { // about a thing that is not there, so that nothing but the table can forbid it
			if may(role) {
				assert.NotContains(t, []int{401, 403, 500}, r.ask(t, who, nowhere.of(t, r.path), samples[r.id]).status, "%s as %s", r.id, role)
			}
		}
		if r.id == "signOut" {
			clear(w.tokens)
		}
	}
}

func TestRoleOfOneBrandIsNoneAtAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(t, "admin@two.example")
	// ops of brand one becomes a guest of brand two
	guest := []any{map[string]any{"brand_id": w.two, "roles": []string{"guest"}}}
	a := admin.send(t, "POST", "/v1/users", map[string]any{"name": "Both", "email": "both@example.com", "password": password, "brands": guest})
	require.Equal(t, 201, a.status)
	var user struct{ ID uuid.UUID }
	a.into(t, &user)
	_, err := w.store.SetRoles(rapport.WithBrands(t.Context(), w.one, w.two), user.ID, []rapport.BrandRoles{{BrandID: w.one, Roles: []rapport.Role{rapport.RoleOps}}}, w.users["admin@one.example"])
	require.NoError(t, err)
	var made struct{ ID uuid.UUID }
	w.as(t, "ops@two.example").send(t, "POST", "/v1/campaigns", campaign(w.two)).into(t, &made)

	both := w.as(t, "both@example.com")
	path := "/v1/campaigns/" + made.ID.String()
	require.Equal(t, 200, both.send(t, "GET", path, nil).status, "a guest reads")
	require.Equal(t, 404, both.send(t, "PATCH", path, map[string]any{"name": "x"}).status, "and writes nothing")
	require.Equal(t, 404, both.send(t, "POST", "/v1/campaigns", campaign(w.two)).status)
	require.Equal(t, 201, both.send(t, "POST", "/v1/campaigns", campaign(w.one)).status)
}

func TestCrossOriginWritesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	for _, evil := range []call{ops.with("Origin", "https://evil.example"), ops.with("Sec-Fetch-Site", "cross-site"), ops.with("Origin", "null")} {
		a := evil.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina"})
		require.Equal(t, 403, a.status)
		require.Equal(t, "cross_origin", a.text("code"))
		require.Equal(t, 200, evil.send(t, "GET", "/v1/creators", nil).status)
	}
	for _, fine := range []call{ops, ops.with("Origin", "https://rapport.example"), ops.with("Sec-Fetch-Site", "same-origin")} {
		require.Equal(t, 201, fine.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina"}).status)
	}
}

func TestAnswersCarrySecurityHeadersAndNoSecretReachesTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	a := ops.send(t, "GET", "/v1/creators?q=nina@bakes.example", nil)
	require.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'self'")
	require.Contains(t, a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	require.Equal(t, "no-referrer", a.header.Get("Referrer-Policy"))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	require.NotEmpty(t, a.header.Get("X-Request-ID"))
	require.NotZero(t, w.logs.Len())
	for _, entry := range w.logs.All() {
		for key, value := range entry.ContextMap() {
			text, _ := value.(string)
			require.NotContains(t, text, "@", key)
			require.NotContains(t, text, password, key)
		}
	}
}

func TestUnknownAddressesAnswerAsProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tc := range []struct {
		method, path, accept string
		status               int
	}{
		{"GET", "/v1/nothing", "text/html", 404},
		{"GET", "/v1", "text/html", 404},
		{"GET", "/webhooks/nothing", "text/html", 404},
		{"GET", "/campaigns", "application/json", 404},
		{"POST", "/campaigns", "text/html", 404},
		{"DELETE", "/v1/campaigns", "*/*", 405},
		{"GET", "/campaigns", "text/html,*/*", 200},
		{"GET", "/", "text/html", 200},
		{"GET", "/assets/a.js", "*/*", 200},
		{"GET", "/assets/../../go.mod", "text/html", 200},
		{"GET", "/healthz", "*/*", 200},
		{"GET", "/readyz", "*/*", 200},
		{"GET", "/metrics", "*/*", 200},
	} {
		a := w.anon().with("Accept", tc.accept).send(t, tc.method, tc.path, nil)
		require.Equal(t, tc.status, a.status, "%s %s", tc.method, tc.path)
		if tc.status >= 400 {
			require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
			require.Equal(t, http.StatusText(tc.status) != "", a.text("detail") != "")
		}
	}
	require.Equal(t, "no-cache", w.anon().with("Accept", "text/html").send(t, "GET", "/tasks", nil).header.Get("Cache-Control"))
	for path, asked := range map[string]bool{"/": true, "/reviews/x": true, "/sign-in": false, "/portal/home": false, "/review/x": false, "/password/x": false, "/forgotten": false} {
		link := w.anon().with("Accept", "text/html").send(t, "GET", path, nil).header.Get("Link")
		require.Equal(t, asked, strings.Contains(link, "/v1/session"), "%s: %s", path, link)
	}
	w.store.Close()
	a := w.anon().send(t, "GET", "/readyz", nil)
	require.Equal(t, 503, a.status)
	require.JSONEq(t, `{"database":"away"}`, string(a.body))
	require.Equal(t, 200, w.anon().send(t, "GET", "/healthz", nil).status)
	a = w.anon().with("Cookie", "__Host-rapport=x").send(t, "GET", "/v1/session", nil)
	require.Equal(t, 503, a.status)
	require.NotEmpty(t, a.header.Get("Retry-After"))
}
