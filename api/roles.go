package api

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"rapport"
)

// who says what kind of caller an operation takes.
type who int

const (
	nobody   who = iota // the zero value takes no one
	public              // anybody
	portal              // a creator with a session of the portal
	signedIn            // anybody of the house
	withRole            // whoever has one of the roles at some brand; only brands where they do are in scope
)

// access is one row of the table of roles.
type access struct {
	who   who
	roles []rapport.Role
	// money asks for an Idempotency-Key.
	money bool
	// secret answers are not kept for their key: a replay says so instead of showing a secret again.
	secret bool
	// waits for the verdict of a workflow, so that its deed is committed before its answer is known.
	waits bool
	// upload takes files up to 30 MB instead of JSON up to 2 MB.
	upload bool
	// slow may run for minutes.
	slow bool
	// person refuses API tokens: only somebody who signed in may do it.
	person bool
	// streams its answer for as long as the client stays.
	streams bool
}

// accessTable says who may call what. An operation that is missing here stops the server from starting. A role counts at
// the brand that it was granted for: the rows of other brands do not exist for the operation.
func accessTable() map[string]access {
	table := map[string]access{}
	for _, part := range []map[string]access{peopleAccess(), campaignAccess(), workAccess(), contractAccess(), listAccess(), dateAccess(), moneyAccess(), portalAccess()} {
		maps.Copy(table, part)
	}
	return table
}

func roles(r ...rapport.Role) access { return access{who: withRole, roles: r} }

// everyone may read what is not about money.
func everyone() access { return roles(rapport.Roles()...) }

// house is everybody but guests.
func house() access {
	return roles(rapport.RoleOps, rapport.RoleApprover, rapport.RoleLegal, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser, rapport.RoleAuditor, rapport.RoleAdmin)
}

// workers is who writes at all: neither guests nor auditors.
func workers() access {
	return roles(rapport.RoleOps, rapport.RoleApprover, rapport.RoleLegal, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser, rapport.RoleAdmin)
}

func finance() access { return roles(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser) }

// books is who looks into the ledger.
func books() access {
	return roles(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser, rapport.RoleAuditor, rapport.RoleAdmin)
}

func ops() access { return roles(rapport.RoleOps) }

func opsAdmin() access { return roles(rapport.RoleOps, rapport.RoleAdmin) }

// drafters is who chooses what stands in a contract, and approves it: admins too, to whom what nobody decides comes.
func drafters() access { return roles(rapport.RoleOps, rapport.RoleLegal, rapport.RoleAdmin) }

func opsLegal() access { return roles(rapport.RoleOps, rapport.RoleLegal) }

func admin() access { return roles(rapport.RoleAdmin) }

func waiting(a access) access {
	a.waits = true
	return a
}

func slow(a access) access {
	a.slow = true
	return a
}

func money(a access) access {
	a.money = true
	return a
}

func peopleAccess() map[string]access {
	return map[string]access{
		"signIn":     {who: public},
		"getSession": {who: signedIn},
		"signOut":    {who: signedIn},

		"askPasswordLink": {who: public},
		"getPasswordLink": {who: public},
		"usePasswordLink": {who: public},

		"changePassword":       {who: signedIn, person: true},
		"stepUp":               {who: signedIn, person: true},
		"getSecondFactor":      {who: signedIn, person: true},
		"beginSecondFactor":    {who: signedIn, person: true, secret: true},
		"confirmSecondFactor":  {who: signedIn, person: true, secret: true},
		"replaceRecoveryCodes": {who: signedIn, person: true, secret: true},
		"removeSecondFactor":   {who: signedIn, person: true},
		"resetSecondFactor":    {who: withRole, roles: admin().roles, person: true},

		"listUsers":          house(),
		"getUser":            house(),
		"createUser":         admin(),
		"disableUser":        admin(),
		"enableUser":         admin(),
		"sendPasswordLink":   admin(),
		"setRoles":           admin(),
		"listRoleRequests":   books(),
		"confirmRoleRequest": roles(rapport.RoleAdmin, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser),
		"listTokens":         {who: signedIn},
		"createToken":        {who: signedIn, secret: true, person: true},
		"revokeToken":        {who: signedIn},

		"listBrands":     everyone(),
		"getBrand":       everyone(),
		"createBrand":    admin(),
		"editBrand":      admin(),
		"listCalendars":  everyone(),
		"getCalendar":    everyone(),
		"createCalendar": workers(),
		"editCalendar":   workers(),
		"listHolidays":   {who: signedIn},

		"listDelegations":  house(),
		"createDelegation": workers(),
		"endDelegation":    workers(),
		"getSlack":         house(),
		"setSlack":         admin(),
	}
}

func campaignAccess() map[string]access {
	return map[string]access{
		"listCreators":       everyone(),
		"createCreator":      opsAdmin(),
		"getCreator":         everyone(),
		"editCreator":        opsAdmin(),
		"getCreatorTimeline": everyone(),
		"setDoNotContact":    opsAdmin(),
		"setBan":             opsAdmin(),
		"importCreators":     {who: withRole, roles: opsAdmin().roles, upload: true, slow: true},
		"search":             everyone(),
		"searchTexts":        everyone(),

		"getCreatorProfile":   everyone(),
		"editCreatorProfile":  opsAdmin(),
		"listDuplicates":      opsAdmin(),
		"mergeCreator":        opsAdmin(),
		"listCreatorMerges":   everyone(),
		"undoCreatorMerge":    opsAdmin(),
		"listCreatorFields":   everyone(),
		"createCreatorField":  opsAdmin(),
		"archiveCreatorField": opsAdmin(),

		"listCampaigns":     everyone(),
		"createCampaign":    opsAdmin(),
		"getCampaign":       everyone(),
		"editCampaign":      roles(rapport.RoleOps, rapport.RoleAdmin, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser), // of finance, the budget alone
		"startPartnerships": opsAdmin(),
		"listSequences":     everyone(),
		"createSequence":    opsAdmin(),
		"simulateSequence":  opsAdmin(),
		"listTemplates":     everyone(),
		"createTemplate":    opsAdmin(),
		"previewTemplate":   opsAdmin(),
		"listPolicies":      everyone(),
		"createPolicy":      admin(),

		"listPolicyVersions": everyone(),
		"retirePolicy":       admin(),
		"simulatePolicy":     opsAdmin(),
		"listAbsences":       house(),
		"addAbsence":         opsAdmin(),
		"removeAbsence":      opsAdmin(),

		"listOutsideReviewers":  house(),
		"createOutsideReviewer": opsAdmin(),
		"removeOutsideReviewer": opsAdmin(),
	}
}

func workAccess() map[string]access {
	return map[string]access{
		"listPartnerships":         everyone(),
		"getPartnership":           everyone(),
		"listPartnershipEvents":    everyone(),
		"listPartnershipMessages":  everyone(),
		"listPartnershipTimers":    everyone(),
		"queryPartnershipWorkflow": roles(rapport.RoleOps, rapport.RoleAdmin, rapport.RoleAuditor),
		"sendMessage":              ops(),
		"listUnmatchedMail":        opsAdmin(),
		"fileMail":                 opsAdmin(),
		"listRunningSequences":     everyone(),
		"moveSequence":             waiting(opsAdmin()),
		"editDraft":                ops(),
		"settleMail":               opsAdmin(),
		"getMessageFile":           everyone(),
		"listThreads":              everyone(),
		"getThread":                everyone(),
		"listThreadMessages":       everyone(),
		"assignThread":             workers(),
		"setThreadState":           opsAdmin(),
		"snoozeThread":             waiting(opsAdmin()),
		"setThreadPrivacy":         opsAdmin(),
		"mergeThread":              opsAdmin(),
		"splitThread":              opsAdmin(),
		"listCannedAnswers":        everyone(),
		"saveCannedAnswer":         opsAdmin(),
		"removeCannedAnswer":       opsAdmin(),
		"getMailHealth":            everyone(),
		"listSuppressions":         everyone(),
		"liftSuppression":          admin(),
		"commandPartnership":       waiting(roles(rapport.RoleOps, rapport.RoleApprover, rapport.RoleLegal, rapport.RoleAdmin)),
		"sendOffer":                waiting(ops()),
		"listContracts":            everyone(),
		"getContract":              everyone(),
		"getContractPaper":         everyone(),
		"sendContract":             waiting(opsLegal()),
		"listComplianceNotes":      everyone(),
		"listDeliverables":         everyone(),
		"getSubmission":            everyone(),
		"getSubmissionFile":        everyone(),
		"listReviews":              everyone(),
		"getReview":                everyone(),
		"decideReview":             waiting(workers()),
		"handOverReview":           waiting(workers()),
		"listReviewLinks":          everyone(),
		"sendReviewLink":           waiting(opsAdmin()),
		"revokeReviewLink":         opsAdmin(),
		"listSubmissions":          everyone(),
		"listComments":             house(),
		"addComment":               workers(),
		"resolveComment":           workers(),
		"previewRevocation":        everyone(),
		"previewTermination":       house(),
		"getRenewal":               house(),
		"listRenewals":             house(),
		"exportRenewals":           house(),
		"offerRenewal":             waiting(opsAdmin()),
		"exerciseOption":           waiting(opsAdmin()),
		"offerRound":               waiting(ops()),
		"addShipment":              opsAdmin(),
		"noteDelivery":             waiting(opsAdmin()),
		"previewExtension":         opsAdmin(),
		"grantExtension":           waiting(opsAdmin()),
		"declineExtension":         waiting(opsAdmin()),
		"listPostNumbers":          everyone(),
		"enterPostNumber":          waiting(ops()),
		"giveBonus":                waiting(ops()),
		"draftAmendment":           waiting(opsAdmin()),
		"previewAmendment":         opsAdmin(),
		"listPostChecks":           everyone(),
		"getPostScreenshot":        everyone(),
		"setCodes":                 opsAdmin(),
		"getOutsideReview":         {who: public},
		"getOutsideFile":           {who: public},
		"decideOutside":            {who: public, waits: true},
		"listTasks":                everyone(),
		"completeTask":             workers(),
		"reassignTask":             workers(),
		"snoozeTask":               workers(),
		"listViews":                {who: signedIn},
		"createView":               {who: signedIn},
		"deleteView":               {who: signedIn},
		"getOverview":              everyone(),
		"listNotifications":        {who: signedIn},
		"readNotifications":        {who: signedIn},
		"getNotificationSettings":  {who: signedIn, person: true},
		"editNotificationSettings": {who: signedIn, person: true},
		"listNeeds":                everyone(),
		"stream":                   {who: withRole, roles: everyone().roles, streams: true},
	}
}

// listAccess is who reads what is made of many things at once.
func contractAccess() map[string]access {
	return map[string]access{
		"getContractDraft":        everyone(),
		"getContractComparison":   everyone(),
		"previewContractDraft":    drafters(),
		"saveContractDraft":       drafters(),
		"approveContract":         drafters(),
		"listClauses":             everyone(),
		"listClauseVersions":      everyone(),
		"listClauseContracts":     everyone(),
		"createClause":            opsLegal(),
		"createClauseVersion":     opsLegal(),
		"listContractTemplates":   everyone(),
		"getContractTemplate":     everyone(),
		"createContractTemplate":  opsLegal(),
		"editContractTemplate":    opsLegal(),
		"previewContractTemplate": opsLegal(),
	}
}

func listAccess() map[string]access {
	return map[string]access{
		"exportCreators":         slow(house()),
		"exportCampaigns":        slow(house()),
		"exportPartnerships":     slow(house()),
		"countPartnerships":      opsAdmin(),
		"createPartnershipBatch": slow(opsAdmin()),
		"getPartnershipBatch":    opsAdmin(),
		"countTasks":             workers(),
		"reopenTask":             workers(),
		"renameView":             {who: signedIn},
		"changeTasks":            workers(),
		"exportContracts":        slow(house()),
		"exportReviews":          slow(house()),
		"exportDeliverables":     slow(house()),
		"exportThreads":          slow(house()),
		"exportCalendarEntries":  slow(house()),
		"exportCashWeeks":        slow(house()),
		"exportCampaignHealth":   slow(house()),
		"listPartnershipFiles":   everyone(),
		"exportKeyDates":         slow(house()),
		"exportTasks":            slow(house()),
		"exportSuppressions":     slow(house()),
		"exportUsers":            slow(house()),
		"exportReversals":        slow(books()),
		"exportPayoutBatches":    slow(books()),
		"listMoves":              house(),
		"getCampaignHealth":      everyone(),
	}
}

func dateAccess() map[string]access {
	return map[string]access{
		"previewSchedule":     opsAdmin(),
		"schedulePost":        waiting(opsAdmin()),
		"unschedulePost":      waiting(opsAdmin()),
		"listKeyDates":        everyone(),
		"decideKeyDate":       waiting(opsAdmin()),
		"listConflicts":       everyone(),
		"overrideConflict":    roles(rapport.RoleOps, rapport.RoleLegal, rapport.RoleAdmin),
		"listCalendarEntries": everyone(),
		"listCalendarFeeds":   {who: signedIn},
		"createCalendarFeed":  {who: signedIn, secret: true, person: true},
		"revokeCalendarFeed":  {who: signedIn},
	}
}

func moneyAccess() map[string]access {
	return map[string]access{
		"getFunds":               house(),
		"listTopUps":             house(),
		"createTopUp":            money(finance()),
		"listPayouts":            house(),
		"listPayoutLanes":        house(),
		"listCashWeeks":          house(),
		"getPayout":              house(),
		"exportPayouts":          slow(books()),
		"getRemittance":          house(),
		"listPayoutsToApprove":   finance(),
		"createPayoutBatch":      money(finance()),
		"getPayoutBatch":         books(),
		"listPayoutBatches":      books(),
		"getPayoutPolicy":        house(),
		"editPayoutPolicy":       admin(),
		"approvePayout":          money(waiting(finance())),
		"commandPayout":          money(waiting(finance())),
		"recordOfflinePayment":   {who: withRole, roles: finance().roles, money: true, waits: true, upload: true, slow: true},
		"getOfflineProof":        books(),
		"acceptTransfer":         money(finance()),
		"approveAcceptance":      money(waiting(roles(rapport.RoleFinanceReleaser))),
		"createReversal":         money(finance()),
		"listReversals":          books(),
		"getReversal":            books(),
		"approveReversal":        money(waiting(roles(rapport.RoleFinanceReleaser))),
		"commandReversal":        money(waiting(finance())),
		"getAuditPack":           slow(books()),
		"listBalances":           books(),
		"getStatement":           books(),
		"exportStatement":        slow(books()),
		"listHistory":            books(),
		"exportHistory":          slow(books()),
		"listPayeeYears":         books(),
		"exportPayeeYears":       slow(books()),
		"listFxQuotes":           books(),
		"createFxQuote":          finance(),
		"listJournals":           books(),
		"exportJournals":         slow(books()),
		"listJournalAccounts":    books(),
		"setJournalAccounts":     roles(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser, rapport.RoleAdmin),
		"listLedgerTransactions": books(),
		"listReconciliations":    books(),
		"runReconciliation":      finance(),
		"exportReconciliation":   slow(books()),
		"exportCases":            slow(books()),
		"listCases":              books(),
		"getCase":                books(),
		"commandCase":            finance(),
		"askTopUpBooking":        money(finance()),
		"approveTopUpBooking":    money(roles(rapport.RoleFinanceReleaser)),
		"getPaymentsGate":        house(),
	}
}

func portalAccess() map[string]access {
	creator := access{who: portal}
	return map[string]access{
		"openPortal":             {who: public},
		"getPortalHome":          creator,
		"visitPortalPartnership": creator,
		"choosePortalLocale":     creator,
		"requestPortalCode":      creator,
		"decideOffer":            waiting(creator),
		"getPortalContract":      creator,
		"getPortalContractPaper": creator,
		"signContract":           waiting(creator),
		"submitDraft":            {who: portal, waits: true, upload: true, slow: true},
		"reportPost":             waiting(creator),
		"createOnboardingLink":   {who: portal, secret: true},
		"portalUnsubscribe":      creator,
		"tickCorrection":         creator,
		"decideRound":            waiting(creator),
		"requestExtension":       waiting(creator),
		"withdrawExtension":      waiting(creator),
		"schedulePortalPost":     waiting(creator),
		"unschedulePortalPost":   waiting(creator),
		"addPortalComment":       creator,
		"getPortalRemittance":    creator,
		"getPortalStatement":     creator,

		"exportPortalStatement": creator,
		"listPortalAbsences":    creator,
		"addPortalAbsence":      creator,
		"withdrawPortalAbsence": creator,
	}
}

// operation is an operation of the contract with its row in the table of roles.
type operation struct {
	access

	id    string
	route *routers.Route
	keyed bool   // takes an Idempotency-Key
	media string // the media type of its body, empty for none
	limit int64  // bytes of its body
	time  time.Duration
}

// operationsOf joins the contract with the table of roles and fails when one has what the other lacks.
func operationsOf(spec *openapi3.T) (map[string]operation, error) {
	return join(spec, accessTable())
}

func join(spec *openapi3.T, table map[string]access) (map[string]operation, error) {
	operations := map[string]operation{}
	for path, item := range spec.Paths.Map() {
		for method, o := range item.Operations() {
			id := strings.ToLower(o.OperationID[:1]) + o.OperationID[1:] // the generator writes it with a capital into its copy
			row, ok := table[id]
			if !ok || row.who == nobody || (row.who == withRole) != (len(row.roles) > 0) {
				return nil, fmt.Errorf("api: operation %s (%s %s) has no row in the table of roles", id, method, path)
			}
			op := operation{
				access: row, id: id, limit: jsonLimit, time: 30 * time.Second,
				route: &routers.Route{Spec: spec, Path: path, PathItem: item, Method: method, Operation: o},
				keyed: o.Parameters.GetByInAndName(openapi3.ParameterInHeader, "Idempotency-Key") != nil,
			}
			if row.upload {
				op.limit = uploadLimit
			}
			if row.slow {
				op.time = 10 * time.Minute
			}
			if o.RequestBody != nil {
				for media := range o.RequestBody.Value.Content {
					op.media = media
				}
				closeObjects(o.RequestBody.Value.Content.Get(op.media).Schema, map[*openapi3.Schema]bool{})
			}
			operations[id] = op
		}
	}
	for _, id := range slices.Sorted(maps.Keys(table)) {
		if _, ok := operations[id]; !ok {
			return nil, fmt.Errorf("api: the table of roles names %s, which is not in the contract", id)
		}
	}
	return operations, nil
}

// closeObjects makes every object of a body refuse fields that the contract does not name, unless it says otherwise.
func closeObjects(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	schema := ref.Value
	seen[schema] = true
	if len(schema.Properties) > 0 && schema.AdditionalProperties.Has == nil && schema.AdditionalProperties.Schema == nil {
		no := false
		schema.AdditionalProperties.Has = &no
	}
	closeObjects(schema.Items, seen)
	for _, part := range schema.AllOf {
		closeObjects(part, seen)
	}
	for _, property := range schema.Properties {
		closeObjects(property, seen)
	}
}
