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
	roles := func(r ...rapport.Role) access { return access{who: withRole, roles: r} }
	everyone := roles(rapport.Roles()...)
	house := roles(rapport.RoleOps, rapport.RoleApprover, rapport.RoleLegal, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser, rapport.RoleAuditor, rapport.RoleAdmin)
	workers := roles(rapport.RoleOps, rapport.RoleApprover, rapport.RoleLegal, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser, rapport.RoleAdmin)
	opsAdmin := roles(rapport.RoleOps, rapport.RoleAdmin)
	ops := roles(rapport.RoleOps)
	admin := roles(rapport.RoleAdmin)
	finance := roles(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser)
	books := roles(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser, rapport.RoleAuditor, rapport.RoleAdmin)
	secondPeople := roles(rapport.RoleAdmin, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser)
	house2 := access{who: signedIn}
	creator := access{who: portal}
	waits := func(a access) access { a.waits = true; return a }
	money := func(a access) access { a.money = true; return a }
	return map[string]access{
		"signIn":     {who: public},
		"getSession": house2,
		"signOut":    house2,

		"listUsers":          house,
		"createUser":         admin,
		"disableUser":        admin,
		"setRoles":           admin,
		"listRoleRequests":   books,
		"confirmRoleRequest": secondPeople,
		"listTokens":         house2,
		"createToken":        {who: signedIn, secret: true, person: true},
		"revokeToken":        house2,

		"listBrands":    everyone,
		"getBrand":      everyone,
		"createBrand":   admin,
		"editBrand":     admin,
		"getFunds":      house,
		"createTopUp":   money(finance),
		"listCalendars": everyone,
		"getCalendar":   everyone,
		"editCalendar":  workers,
		"listHolidays":  house2,

		"listCreators":       everyone,
		"createCreator":      opsAdmin,
		"getCreator":         everyone,
		"editCreator":        opsAdmin,
		"getCreatorTimeline": everyone,
		"setDoNotContact":    opsAdmin,
		"setBan":             opsAdmin,
		"importCreators":     {who: withRole, roles: opsAdmin.roles, upload: true, slow: true},
		"search":             everyone,

		"listCampaigns":     everyone,
		"createCampaign":    opsAdmin,
		"getCampaign":       everyone,
		"editCampaign":      opsAdmin,
		"startPartnerships": opsAdmin,
		"listSequences":     everyone,
		"createSequence":    opsAdmin,
		"listTemplates":     everyone,
		"createTemplate":    opsAdmin,
		"listPolicies":      everyone,
		"createPolicy":      admin,

		"listPartnerships":         everyone,
		"getPartnership":           everyone,
		"listPartnershipEvents":    everyone,
		"listPartnershipMessages":  everyone,
		"listPartnershipTimers":    everyone,
		"queryPartnershipWorkflow": roles(rapport.RoleOps, rapport.RoleAdmin, rapport.RoleAuditor),
		"sendMessage":              ops,
		"commandPartnership":       waits(roles(rapport.RoleOps, rapport.RoleApprover, rapport.RoleLegal, rapport.RoleAdmin)),
		"sendOffer":                waits(ops),
		"listContracts":            everyone,
		"getContract":              everyone,
		"sendContract":             waits(roles(rapport.RoleOps, rapport.RoleLegal)),
		"listDeliverables":         everyone,
		"getSubmission":            everyone,
		"getSubmissionFile":        everyone,
		"listReviews":              everyone,
		"getReview":                everyone,
		"decideReview":             waits(workers),

		"listPayouts":            house,
		"getPayout":              house,
		"exportPayouts":          books,
		"approvePayout":          money(waits(finance)),
		"commandPayout":          money(waits(finance)),
		"listBalances":           books,
		"listLedgerTransactions": books,
		"listReconciliations":    books,
		"runReconciliation":      finance,

		"listTasks":    everyone,
		"completeTask": workers,
		"reassignTask": workers,
		"snoozeTask":   workers,
		"getOverview":  everyone,
		"stream":       {who: withRole, roles: everyone.roles, streams: true},

		"openPortal":           {who: public},
		"getPortalHome":        creator,
		"requestPortalCode":    creator,
		"decideOffer":          waits(creator),
		"getPortalContract":    creator,
		"signContract":         waits(creator),
		"submitDraft":          {who: portal, waits: true, upload: true, slow: true},
		"reportPost":           waits(creator),
		"createOnboardingLink": {who: portal, secret: true},
		"portalUnsubscribe":    creator,
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
