package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// maxStarts is how many partnerships one request starts.
const maxStarts = 500

// PartnershipStore keeps partnerships and their offers.
type PartnershipStore interface {
	ListPartnerships(ctx context.Context, f rapport.PartnershipFilter, page rapport.Page) ([]rapport.PartnershipSummary, []string, error)
	Partnership(ctx context.Context, id uuid.UUID) (rapport.PartnershipDetail, error)
	PartnershipBrand(ctx context.Context, id uuid.UUID) (brand uuid.UUID, name string, err error)
	StartPartnerships(ctx context.Context, o rapport.StartOrder, start rapport.WorkflowStart) ([]rapport.Started, error)
	DraftOffer(ctx context.Context, o rapport.OfferDraft) error
	// NoteCommand keeps who gave a command and why; handled: what the creator wrote before counts as read.
	NoteCommand(ctx context.Context, partnership uuid.UUID, command rapport.CommandKind, title, reason string, handled bool, by uuid.UUID) error
}

func (s *Server) partnershipStore() (PartnershipStore, error) { return storeAs[PartnershipStore](s) }

// StartPartnerships starts partnerships with many creators at once and says of each what came of it.
func (s *Server) StartPartnerships(ctx context.Context, r gen.StartPartnershipsRequestObject) (gen.StartPartnershipsResponseObject, error) {
	creators := make([]uuid.UUID, 0, len(r.Body.CreatorIds))
	seen := make(map[uuid.UUID]bool, len(r.Body.CreatorIds))
	for _, id := range r.Body.CreatorIds {
		if !seen[id] {
			seen[id] = true
			creators = append(creators, id)
		}
	}
	if len(creators) == 0 || len(creators) > maxStarts {
		return nil, rapport.Invalid(rapport.Field{Path: "creator_ids", Code: "count", Detail: fmt.Sprintf("Name 1 to %d creators.", maxStarts)})
	}
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	list, err := store.StartPartnerships(ctx, rapport.StartOrder{
		CampaignID: r.Id, OwnerID: value(r.Body.OwnerId), Creators: creators, By: principalFrom(ctx).UserID,
	}, rapport.WorkflowStart{Type: workflows.TypePartnership, Queue: workflows.QueueMain, WorkflowID: workflows.PartnershipID})
	if err != nil {
		return nil, called("campaign", err)
	}
	answer := gen.StartPartnerships202JSONResponse{Items: each(list, toStarted)}
	for _, v := range list {
		if v.Verdict == rapport.StartStarted {
			answer.Started++
		}
	}
	return answer, nil
}

// startWords say why a partnership was not started.
var startWords = map[string]string{ //nolint:gochecknoglobals // a table
	rapport.StartRunning: "There is a partnership with this creator in the campaign already.", rapport.StartDoNotContact: "The creator does not want to be contacted.",
	rapport.StartBanned: "The creator is banned.", rapport.StartNoAddress: "There is no address that mail could go to. Add a contact first.",
	rapport.StartUnknown: "There is no such creator.",
}

func toStarted(v rapport.Started) gen.StartedPartnership {
	out := gen.StartedPartnership{CreatorId: v.CreatorID, Verdict: gen.StartedPartnershipVerdict(v.Verdict), Detail: orNil(startWords[v.Verdict])}
	if v.PartnershipID != uuid.Nil {
		out.PartnershipId = &v.PartnershipID
	}
	return out
}

// ListPartnerships lists partnerships, what changed last first.
func (s *Server) ListPartnerships(ctx context.Context, r gen.ListPartnershipsRequestObject) (gen.ListPartnershipsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := partnershipFilter(r.Params)
	if err != nil {
		return nil, err
	}
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	list, next, err := store.ListPartnerships(ctx, f, page)
	if err != nil {
		return nil, err
	}
	return gen.ListPartnerships200JSONResponse{
		Items: each(list, func(p rapport.PartnershipSummary) gen.PartnershipSummary { return toSummary(p, nil) }), NextCursor: cursorOf(next),
	}, nil
}

// partnershipFilter reads what a list of partnerships, and the same as a table, are narrowed by.
func partnershipFilter(p gen.ListPartnershipsParams) (rapport.PartnershipFilter, error) {
	f := rapport.PartnershipFilter{BrandID: p.BrandId, CampaignID: p.CampaignId, CreatorID: p.CreatorId, OwnerID: p.OwnerId, Attention: p.Attention, Words: value(p.Q)}
	f.OutreachBlocked = value(p.OutreachBlocked)
	for _, word := range value(p.Stage) {
		stage := rapport.Stage(word)
		if !slices.Contains(rapport.Stages(), stage) {
			return f, rapport.Invalid(rapport.Field{Path: "stage", Code: "unknown_value", Detail: fmt.Sprintf("%q is not a stage.", cut(word, 50))})
		}
		f.Stages = append(f.Stages, stage)
	}
	return f, nil
}

// GetPartnership is one partnership with all that its page shows beside the history.
func (s *Server) GetPartnership(ctx context.Context, r gen.GetPartnershipRequestObject) (gen.GetPartnershipResponseObject, error) {
	p, err := s.partnership(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.GetPartnership200JSONResponse(p), nil
}

func (s *Server) partnership(ctx context.Context, id uuid.UUID) (gen.Partnership, error) {
	store, err := s.partnershipStore()
	if err != nil {
		return gen.Partnership{}, err
	}
	d, err := store.Partnership(ctx, id)
	if err != nil {
		return gen.Partnership{}, called("partnership", err)
	}
	tasks, _, err := s.cfg.Store.ListTasks(ctx, rapport.TaskFilter{PartnershipID: &id, State: rapport.TaskOpen}, rapport.Page{Limit: maxLimit})
	if err != nil {
		return gen.Partnership{}, err
	}
	titles := titlesOf(d)
	out := gen.Partnership{
		Summary: toSummary(d.PartnershipSummary, titles), Path: pathOf(d), Timers: toTimers(d.Timers, d.PartnershipSummary, titles),
		Commands: toCommands(d, principalFrom(ctx)), Deliverables: each(d.Deliverables, func(x rapport.PartnershipDeliverable) gen.Deliverable { return toDeliverableOf(x, d) }),
		Milestones: each(d.Milestones, toMilestone), Contacts: each(d.Contacts, toContact), Tasks: each(tasks, toTask),
		WorkflowId: workflows.PartnershipID(id), Seq: d.Seq, Codes: showCodes(d.Codes),
	}
	out.PayProblems = each(rapport.CheckPayable(s.cfg.PlatformCountry, d.Country, d.Currency), func(f rapport.Field) gen.FieldError {
		return gen.FieldError{Field: f.Path, Code: f.Code, Detail: f.Detail}
	})
	out.PayChecked = s.cfg.PlatformCountry != ""
	if shipments := each(d.Shipments, toShipment); len(shipments) > 0 {
		out.Shipments = &shipments
	}
	out.ProductDeliveredAt = d.DeliveredAt
	if d.Offer != nil {
		o := toOffer(houseWords(ctx), *d.Offer)
		out.Offer = &o
	}
	if d.Contract != nil {
		out.Contract = &gen.ContractRef{
			Id: d.Contract.ID, Number: d.Contract.Number, State: d.Contract.State, Term: d.Contract.Term,
			SentAt: d.Contract.SentAt, ExecutedAt: d.Contract.ExecutedAt, EndsAt: d.Contract.EndsAt, Amendments: each(d.Contract.Amendments, toSignedRef),
		}
	}
	return out, nil
}

// titlesOf are the titles of what the timers and waits of a partnership are about.
func titlesOf(d rapport.PartnershipDetail) map[uuid.UUID]string {
	titles := map[uuid.UUID]string{}
	for _, x := range d.Deliverables {
		titles[x.ID] = x.Title
		if x.ReviewID != nil {
			titles[*x.ReviewID] = x.Title
		}
	}
	for _, m := range d.Milestones {
		titles[m.ID] = m.Title
	}
	return titles
}

func toSummary(p rapport.PartnershipSummary, titles map[uuid.UUID]string) gen.PartnershipSummary {
	out := gen.PartnershipSummary{
		Id: p.ID, BrandId: p.BrandID, BrandName: p.BrandName, CampaignId: p.CampaignID, CampaignName: p.CampaignName, Creator: toCreatorOf(p.Creator),
		Owner: toUserRef(p.Owner), Stage: gen.Stage(p.Stage), Paused: p.Paused, Attention: p.Attention, Waiting: []gen.Waiting{},
		RenewalState: p.Renewal, Term: p.Term, UpdatedAt: p.UpdatedAt, Fee: moneyOf(p.Fee), Paid: moneyOf(p.Paid),
	}
	if p.Why != nil {
		why, _ := p.Why.Words()
		out.Why = orNil(why)
	}
	if next := (rapport.View{Timers: p.Timers}).Next(); next != nil {
		t := toTimer(*next, p, titles)
		out.Next = &t
	}
	for _, w := range p.Waiting {
		out.Waiting = append(out.Waiting, toWaiting(w, p, titles))
	}
	return out
}

func toCreatorOf(c rapport.CreatorRef) gen.CreatorRef {
	return gen.CreatorRef{Id: c.ID, Name: c.Name, Handle: orNil(c.Handle), Platform: orNil(c.Platform)}
}

func moneyOf(m *rapport.Money) *gen.Money {
	if m == nil {
		return nil
	}
	out := toMoney(*m)
	return &out
}

func toTimer(t rapport.Timer, p rapport.PartnershipSummary, titles map[uuid.UUID]string) gen.Timer {
	return gen.Timer{Kind: t.Kind, At: t.At, Held: t.Held, Does: timerWords(t, p, titles[t.Ref])}
}

func toTimers(list []rapport.Timer, p rapport.PartnershipSummary, titles map[uuid.UUID]string) []gen.Timer {
	return each(list, func(t rapport.Timer) gen.Timer { return toTimer(t, p, titles) })
}

func toWaiting(w rapport.Waiting, p rapport.PartnershipSummary, titles map[uuid.UUID]string) gen.Waiting {
	out := gen.Waiting{
		For: gen.WaitingFor(w.For), Who: whoWords(w, p.Creator.Name), Decision: waitingWords(w.Decision, titles[w.Ref]), Since: w.Since,
		OnSilence: orNil(silenceEffects[w.Silence]), Link: orNil("/partnerships/" + p.ID.String()),
	}
	if !w.Due.IsZero() {
		out.DueAt = &w.Due
	}
	switch {
	case w.Decision == "review" && w.Ref != uuid.Nil:
		out.Link = orNil("/reviews/" + w.Ref.String())
	case slices.Contains([]string{"approve_contract", "sign", "approve_amendment", "sign_amendment"}, w.Decision) && w.Ref != uuid.Nil:
		out.Link = orNil("/contracts/" + w.Ref.String())
	case w.Decision == "answer":
		out.Link = orNil(rapport.AnswerPath(p.ID))
	case w.Decision == "renewal" || w.Decision == rapport.KeyOption:
		out.Link = orNil("/contracts/renewals?selected=" + p.ID.String())
	case slices.Contains([]string{"payout", "approve_payout", "payment_details", "top_up", "release_payout", "retry_payout"}, w.Decision) && w.Ref != uuid.Nil:
		out.Link = orNil("/payouts/" + w.Ref.String())
	}
	return out
}

// normalPath is the path that a partnership takes when all goes well.
var normalPath = []rapport.Stage{ //nolint:gochecknoglobals // a table
	rapport.StageProspect, rapport.StageOutreach, rapport.StageInConversation, rapport.StageNegotiating, rapport.StageContractOut,
	rapport.StageActive, rapport.StageWrappingUp, rapport.StageCompleted,
}

// pathOf is the normal path with how far the partnership has come. A stage beside the path is shown at its end.
func pathOf(d rapport.PartnershipDetail) []gen.PathStep {
	d.Entered[rapport.StageProspect] = d.CreatedAt
	reached := 0 // the furthest stage of the path that was entered
	for i, stage := range normalPath {
		if _, ok := d.Entered[stage]; ok {
			reached = i
		}
	}
	current := slices.Index(normalPath, d.Stage)
	steps := make([]gen.PathStep, 0, len(normalPath)+1)
	for i, stage := range normalPath {
		step := gen.PathStep{Stage: gen.Stage(stage), Status: gen.PathStepStatusAhead}
		at, entered := d.Entered[stage]
		switch {
		case i == current:
			step.Status = gen.PathStepStatusCurrent
			at, entered = d.StageAt, true
		case current < 0 && i > reached:
			step.Status = gen.PathStepStatusSkipped // it will not come any more
		case current < 0 || i < current:
			step.Status = gen.PathStepStatusDone
			if !entered {
				step.Status = gen.PathStepStatusSkipped
			}
		}
		if entered && step.Status != gen.PathStepStatusAhead {
			step.At = &at
		}
		steps = append(steps, step)
	}
	if current < 0 {
		steps = append(steps, gen.PathStep{Stage: gen.Stage(d.Stage), Status: gen.PathStepStatusCurrent, At: &d.StageAt})
	}
	return steps
}

// toCommands are the commands of a partnership, each once, with whether the workflow and the person's roles allow it.
func toCommands(d rapport.PartnershipDetail, p rapport.Principal) []gen.Command {
	out, at := []gen.Command{}, map[rapport.CommandKind]int{}
	for _, v := range d.Commands {
		if v.Kind == rapport.CmdLetMailGo || v.Kind == rapport.CmdSkipMail {
			continue // they stand beside their mail
		}
		c := gen.Command{Command: string(v.Kind), Label: commandLabel(v.Kind), Allowed: v.Refused == ""}
		if slices.ContainsFunc(d.Waiting, func(w rapport.Waiting) bool { return strings.HasSuffix(w.Decision, "_amendment") }) {
			c.Label = cmp.Or(map[rapport.CommandKind]string{rapport.CmdSendContract: "Send the amendment", rapport.CmdWithdrawContr: "Withdraw the amendment"}[v.Kind], c.Label)
		}
		switch {
		case !c.Allowed:
			c.Reason = orNil(refusalShort("partnership", v.Kind, v.Refused, string(d.Stage)))
		case !p.Has(d.BrandID, commandRoles(v.Kind)...):
			c.Allowed, c.Reason = false, orNil("This needs the role "+strings.Join(roleNames(commandRoles(v.Kind)), " or ")+".")
		}
		i, known := at[v.Kind]
		if !known {
			i = len(out)
			at[v.Kind], out = i, append(out, c)
		}
		if v.Ref != uuid.Nil {
			out[i].Fits = fitsToo(out[i].Fits, v.Ref)
		}
	}
	if len(d.Deliverables) == 0 {
		return out
	}
	for _, kind := range rapport.DeliverableButtons() {
		if _, fits := at[kind]; !fits {
			out = append(out, gen.Command{Command: string(kind), Label: commandLabel(kind), Reason: orNil(refusalShort("partnership", kind, noneFits(d, kind), string(d.Stage)))})
		}
	}
	return out
}

// fitsToo adds what a command is possible for; two bonuses may count the number of the same deliverable.
func fitsToo(fits *[]uuid.UUID, id uuid.UUID) *[]uuid.UUID {
	list := []uuid.UUID{}
	if fits != nil {
		list = *fits
	}
	if !slices.Contains(list, id) {
		list = append(list, id)
	}
	return &list
}

// noneFits is why no deliverable takes a command. The workflow names only those that do.
func noneFits(d rapport.PartnershipDetail, kind rapport.CommandKind) string {
	approved := func(x rapport.PartnershipDeliverable) bool {
		return x.State == "approved_to_post" || x.State == "scheduled"
	}
	switch {
	case d.Stage == rapport.StageTerminated, d.Stage == rapport.StageLapsed:
		return "ended"
	case d.Stage == rapport.StageBanned:
		return "banned"
	case kind == rapport.CmdRevokeApproval && d.Stage == rapport.StageActive && slices.ContainsFunc(d.Deliverables, approved):
		return "already_paid"
	}
	return "no_deliverable_fits"
}

// commandRoles are the roles that may give a command.
func commandRoles(kind rapport.CommandKind) []rapport.Role {
	switch kind { //nolint:exhaustive // the others are for operations and admins
	case rapport.CmdSendOffer, rapport.CmdOfferRound, rapport.CmdGiveBonus, rapport.CmdRecordNumber, rapport.CmdDropBonus:
		return []rapport.Role{rapport.RoleOps}
	case rapport.CmdSendContract:
		return []rapport.Role{rapport.RoleOps, rapport.RoleLegal}
	case rapport.CmdRevokeApproval:
		return []rapport.Role{rapport.RoleOps, rapport.RoleApprover, rapport.RoleLegal, rapport.RoleAdmin}
	case rapport.CmdWithdrawContr:
		return []rapport.Role{rapport.RoleOps, rapport.RoleLegal, rapport.RoleAdmin}
	}
	return []rapport.Role{rapport.RoleOps, rapport.RoleAdmin}
}

func roleNames(roles []rapport.Role) []string {
	return each(roles, func(r rapport.Role) string { return plainWords(string(r)) })
}

func toDeliverableOf(x rapport.PartnershipDeliverable, d rapport.PartnershipDetail) gen.Deliverable {
	creator := toCreatorOf(d.Creator)
	return gen.Deliverable{
		Id: x.ID, PartnershipId: d.ID, Creator: &creator, CampaignName: orNil(d.CampaignName), Title: x.Title, Platform: x.Platform, Kind: x.Kind, State: x.State,
		DraftDueAt: x.DraftDueAt, PublishFrom: x.PublishFrom, PublishBy: x.PublishBy, PublishAt: x.PublishAt, Round: x.Round, Late: x.Late, PostUrl: orNil(x.PostURL), SubmissionId: x.SubmissionID,
		ReviewId: x.ReviewID, VerifiedAt: x.VerifiedAt, Extension: toExtension(x.Extension),
		DraftAfter: orNil(gen.DeliverableDraftAfter(x.DraftAfter)), WaitsForProduct: orNot(rapport.WaitsForProduct(x.DraftAfter, x.State, x.DraftDueAt)),
	}
}

func toMilestone(m rapport.PartnershipMilestone) gen.Milestone {
	return gen.Milestone{
		Id: m.ID, Title: m.Title, Trigger: gen.MilestoneTrigger(m.Trigger), State: gen.MilestoneState(m.State), Amount: toMoney(m.Amount),
		MetAt: m.MetAt, PayoutId: m.PayoutID, PayoutState: orNil(m.PayoutState), Bonus: &m.Bonus, Threshold: toThreshold(m.Threshold), CountsUntil: m.CountsUntil,
		Number: m.Number, NumberAt: m.NumberAt, DeliverableId: m.DeliverableID, HoldUntil: orNil(m.HoldUntil), OwedOn: toDay(m.OwedOn),
	}
}

// ListPartnershipTimers lists every armed timer with its exact time.
func (s *Server) ListPartnershipTimers(ctx context.Context, r gen.ListPartnershipTimersRequestObject) (gen.ListPartnershipTimersResponseObject, error) {
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	d, err := store.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	return gen.ListPartnershipTimers200JSONResponse{Items: toTimers(d.Timers, d.PartnershipSummary, titlesOf(d))}, nil
}

// QueryPartnershipWorkflow asks the workflow itself.
func (s *Server) QueryPartnershipWorkflow(ctx context.Context, r gen.QueryPartnershipWorkflowRequestObject) (gen.QueryPartnershipWorkflowResponseObject, error) {
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	d, err := store.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	id := workflows.PartnershipID(r.Id)
	live, err := s.cfg.Workflows.Query(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	out := gen.QueryPartnershipWorkflow200JSONResponse{
		WorkflowId: id, RunId: live.RunID, Status: live.Status, HistoryLength: live.HistoryLength, State: map[string]any{},
		Timers: toTimers(live.Timers, d.PartnershipSummary, titlesOf(d)),
	}
	if len(live.State) > 0 {
		if err := json.Unmarshal(live.State, &out.State); err != nil {
			return nil, fmt.Errorf("read the live state: %w", err)
		}
	}
	return out, nil
}

// CommandPartnership gives a command to a partnership's workflow.
func (s *Server) CommandPartnership(ctx context.Context, r gen.CommandPartnershipRequestObject) (gen.CommandPartnershipResponseObject, error) {
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	brand, brandName, err := store.PartnershipBrand(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	me, kind := principalFrom(ctx), rapport.CommandKind(r.Body.Command)
	if roles := commandRoles(kind); !me.Has(brand, roles...) {
		return nil, rapport.Errorf(rapport.CodeForbidden, "This needs the role %s at %s.", strings.Join(roleNames(roles), " or "), brandName)
	}
	if err := s.checkCommand(kind, *r.Body); err != nil {
		return nil, err
	}
	cmd := rapport.Command{Kind: kind, Actor: me.UserID, Ref: value(r.Body.DeliverableId), Ref2: value(r.Body.SubmissionId)}
	if kind == rapport.CmdLetMailGo || kind == rapport.CmdSkipMail {
		cmd.Ref = *r.Body.MessageId
	}
	if kind == rapport.CmdDropBonus {
		cmd.Ref = *r.Body.MilestoneId
	}
	if kind == rapport.CmdTerminate {
		cmd.Code = *r.Body.Shown
	}
	if kind == rapport.CmdSnooze {
		cmd.Until = r.Body.Until.UTC()
	}
	if kind == rapport.CmdRenew {
		return s.renewAsItIs(ctx, store, r.Id, cmd)
	}
	reason := strings.TrimSpace(value(r.Body.Reason))
	handled := kind == rapport.CmdStartAgain || kind == rapport.CmdMarkDeclined
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: r.Id, BrandID: brand, Cmd: cmd,
		Before: func(ctx context.Context) error {
			return store.NoteCommand(ctx, r.Id, kind, reasonTitle(kind), reason, handled, me.UserID)
		},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + r.Id.String())
		return gen.CommandPartnership202JSONResponse{Body: body, Headers: gen.CommandPartnership202ResponseHeaders{Location: location}}, nil
	}
	p, err := s.partnership(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.CommandPartnership200JSONResponse(p), nil
}

// renewAsItIs offers the next term on the fee and the terms of the present one.
func (s *Server) renewAsItIs(ctx context.Context, store PartnershipStore, id uuid.UUID, cmd rapport.Command) (gen.CommandPartnershipResponseObject, error) {
	d, err := store.Partnership(ctx, id)
	if err != nil {
		return nil, called("partnership", err)
	}
	offer, err := s.renewal(ctx, d, &cmd)
	if err != nil {
		return nil, err
	}
	p, err := s.putOffer(ctx, d, offer, cmd, "")
	if err != nil {
		return nil, err
	}
	if p == nil {
		body, location := pendingAt("/v1/partnerships/" + id.String())
		return gen.CommandPartnership202JSONResponse{Body: body, Headers: gen.CommandPartnership202ResponseHeaders{Location: location}}, nil
	}
	return gen.CommandPartnership200JSONResponse(*p), nil
}

// checkCommand refuses what no workflow has to be asked about.
func (s *Server) checkCommand(kind rapport.CommandKind, b gen.PartnershipCommand) error {
	var bad []rapport.Field
	missing := func(path, detail string) {
		bad = append(bad, rapport.Field{Path: path, Code: "required", Detail: detail})
	}
	switch kind { //nolint:exhaustive // the others need nothing
	case rapport.CmdSnooze:
		if b.Until == nil {
			missing("until", "Say until when.")
		} else if now := s.now(); !b.Until.After(now) || b.Until.After(now.Add(2*366*24*time.Hour)) {
			bad = append(bad, rapport.Field{Path: "until", Code: "out_of_range", Detail: "Snooze to a time within the next two years."})
		}
	case rapport.CmdRetryCheck, rapport.CmdAcceptContent, rapport.CmdWaive, rapport.CmdRevokeApproval:
		if b.DeliverableId == nil || *b.DeliverableId == uuid.Nil {
			missing("deliverable_id", "Say which deliverable.")
		}
	case rapport.CmdLetMailGo, rapport.CmdSkipMail:
		if b.MessageId == nil || *b.MessageId == uuid.Nil {
			missing("message_id", "Say which mail.")
		}
	case rapport.CmdDropBonus:
		if b.MilestoneId == nil || *b.MilestoneId == uuid.Nil {
			missing("milestone_id", "Say which bonus.")
		}
		if strings.TrimSpace(value(b.Reason)) == "" {
			missing("reason", "Say why it is not owed, such as that its number was not reached.")
		}
	case rapport.CmdLetLapse:
		if strings.TrimSpace(value(b.Reason)) == "" {
			missing("reason", "Say why the term is not renewed.")
		}
	case rapport.CmdTerminate:
		if strings.TrimSpace(value(b.Reason)) == "" {
			missing("reason", "Say why the partnership ends.")
		}
		if value(b.Shown) == "" {
			missing("shown", "Look first at what the end does, and send what that answers.")
		}
	}
	if len(bad) > 0 {
		return rapport.Invalid(bad...)
	}
	return nil
}
