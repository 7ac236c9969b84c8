package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Stage is where a partnership stands. Each comment says who moves it and what comes next.
type Stage string

// The stages of a partnership.
const (
	StageProspect       Stage = "prospect"        // made by a start; the workflow's first step moves it to outreach
	StageOutreach       Stage = "outreach"        // a human reply moves it to in_conversation, silence to unresponsive
	StageInConversation Stage = "in_conversation" // an offer moves it to negotiating
	StageNegotiating    Stage = "negotiating"     // acceptance moves it to contract_out, an expired offer back
	StageContractOut    Stage = "contract_out"    // both signatures move it to active, a declined contract back
	StageActive         Stage = "active"          // the last deliverable of the term moves it to wrapping_up
	StageWrappingUp     Stage = "wrapping_up"     // the last payout of the term moves it to completed
	StageCompleted      Stage = "completed"       // renewal moves it to contract_out of the next term, else to lapsed
	StageLapsed         Stage = "lapsed"          // final
	StageUnresponsive   Stage = "unresponsive"    // a person starts again after the cool-off
	StageDeclined       Stage = "declined"        // a person starts again after the cool-off
	StageTerminated     Stage = "terminated"      // final; by a person
	StageBanned         Stage = "banned"          // by a person; lifting the ban goes back to where it was
)

// Stages lists every stage in the order of the path.
func Stages() []Stage {
	return []Stage{
		StageProspect, StageOutreach, StageInConversation, StageNegotiating, StageContractOut, StageActive, StageWrappingUp, StageCompleted,
		StageLapsed, StageUnresponsive, StageDeclined, StageTerminated, StageBanned,
	}
}

// Live says that work goes on in the stage.
func (s Stage) Live() bool {
	return !slices.Contains([]Stage{StageLapsed, StageUnresponsive, StageDeclined, StageTerminated, StageBanned}, s)
}

// StageTransitions is the table in docs/state-machines.md: what each stage may go on to.
func StageTransitions() map[Stage][]Stage {
	t := map[Stage][]Stage{
		StageProspect:       {StageOutreach},
		StageOutreach:       {StageInConversation, StageUnresponsive, StageDeclined},
		StageInConversation: {StageNegotiating, StageDeclined},
		StageNegotiating:    {StageContractOut, StageInConversation, StageDeclined},
		StageContractOut:    {StageActive, StageNegotiating},
		StageActive:         {StageWrappingUp},
		StageWrappingUp:     {StageCompleted},
		StageCompleted:      {StageContractOut, StageLapsed},
		StageUnresponsive:   {StageOutreach},
		StageDeclined:       {StageOutreach},
		// A lifted ban goes back to the stage it interrupted.
		StageBanned: {
			StageProspect, StageOutreach, StageInConversation, StageNegotiating, StageContractOut, StageActive, StageWrappingUp, StageCompleted,
			StageUnresponsive, StageDeclined, StageTerminated,
		},
	}
	for _, s := range Stages() {
		if s.Live() {
			t[s] = append(t[s], StageTerminated, StageBanned)
		}
	}
	t[StageUnresponsive] = append(t[StageUnresponsive], StageTerminated, StageBanned)
	t[StageDeclined] = append(t[StageDeclined], StageTerminated, StageBanned)
	return t
}

// The states of a renewal, which is decided beside the stages active, wrapping_up and completed.
const (
	RenewalNotDue     = "not_due"
	RenewalReviewOpen = "review_open" // 90 days before the end
	RenewalOffered    = "offered"     // a person renewed; the creator has the offer
	RenewalAgreed     = "agreed"      // the next term starts at the end
	RenewalDeclined   = "declined"
	RenewalLapsed     = "lapsed" // nobody decided by the notice date, or a person let it lapse
)

// The commands of a partnership.
const (
	CmdPause             CommandKind = "pause"
	CmdLetMailGo         CommandKind = "let_mail_go"   // Ref message
	CmdSkipMail          CommandKind = "skip_mail"     // Ref message
	CmdMoveSequence      CommandKind = "move_sequence" // Ref running sequence, zero for the outreach; Sequence, Step
	CmdSnoozeThread      CommandKind = "snooze_thread" // Ref thread, Until
	CmdWakeThread        CommandKind = "wake_thread"   // Ref thread
	CmdResume            CommandKind = "resume"
	CmdSnooze            CommandKind = "snooze"
	CmdLogReply          CommandKind = "log_reply"
	CmdMarkDeclined      CommandKind = "mark_declined"
	CmdStartAgain        CommandKind = "start_again"
	CmdSendOffer         CommandKind = "send_offer"        // Ref offer, Amount fee
	CmdAcceptOffer       CommandKind = "accept_offer"      // Ref offer
	CmdDeclineOffer      CommandKind = "decline_offer"     // Ref offer
	CmdCounterOffer      CommandKind = "counter_offer"     // Ref offer, Amount what the creator asks for
	CmdWithdrawOffer     CommandKind = "withdraw_offer"    //
	CmdSendContract      CommandKind = "send_contract"     // Ref contract
	CmdAmend             CommandKind = "amend"             // Ref the amendment, a contract of its own
	CmdSignContract      CommandKind = "sign_contract"     // Ref contract
	CmdDeclineContract   CommandKind = "decline_contract"  // Ref contract
	CmdWithdrawContr     CommandKind = "withdraw_contract" //
	CmdSubmit            CommandKind = "submit"            // Ref deliverable, Ref2 submission
	CmdReportPost        CommandKind = "report_post"       // Ref deliverable
	CmdSchedulePost      CommandKind = "schedule_post"     // Ref deliverable, Until when it will be published
	CmdUnschedulePost    CommandKind = "unschedule_post"   // Ref deliverable
	CmdRetryCheck        CommandKind = "retry_check"       // Ref deliverable
	CmdAcceptContent     CommandKind = "accept_deliverable"
	CmdWaive             CommandKind = "waive_deliverable"
	CmdRevokeApproval    CommandKind = "revoke_approval"    // Ref deliverable
	CmdAgreeRound        CommandKind = "agree_round"        // Ref deliverable, Amount the fee that was shown: the creator makes another round than the contract includes
	CmdDeclineRound      CommandKind = "decline_round"      // Ref deliverable
	CmdOfferRound        CommandKind = "offer_round"        // Ref deliverable, Amount what another round is paid with
	CmdNoteDelivery      CommandKind = "note_delivery"      // Until when the product had arrived
	CmdRequestExtension  CommandKind = "request_extension"  // Ref deliverable, Ref2 request, Move the dates
	CmdWithdrawExtension CommandKind = "withdraw_extension" // Ref deliverable, Ref2 request
	CmdGrantExtension    CommandKind = "grant_extension"    // Ref deliverable, Ref2 request, Move the dates
	CmdDeclineExtension  CommandKind = "decline_extension"  // Ref deliverable, Ref2 request
	CmdRecordNumber      CommandKind = "record_number"      // Ref deliverable, Code metric, N what it stood at, Until when it stood there
	CmdDropBonus         CommandKind = "drop_bonus"         // Ref milestone whose number was not reached, or cannot be known
	CmdGiveBonus         CommandKind = "give_bonus"         // Ref the bonus, Ref2 the deliverable it is for, Amount
	CmdRenew             CommandKind = "renew"              // Ref offer of the next term, Amount fee
	CmdExerciseOption    CommandKind = "exercise_option"    // Ref offer of the next term, Amount the fee that was shown
	CmdLetLapse          CommandKind = "let_lapse"
	CmdTerminate         CommandKind = "terminate" // Code what was shown of it, by PreviewTermination
	CmdBan               CommandKind = "ban"
	CmdUnban             CommandKind = "unban"
)

// Timers of a partnership.
const (
	timerStep          = "outreach_step"
	timerSequence      = "sequence_step"  // Ref the running sequence
	timerStart         = "sequence_start" // Ref the start
	timerLook          = "look_at_mail"   // Ref the message
	timerAnswer        = "answer_due"
	timerThread        = "thread_snoozed" // Ref the thread
	timerResume        = "resume"
	timerQuiet         = "conversation_quiet"
	timerCoolOff       = "cool_off"
	timerOfferReminder = "offer_reminder"
	timerOfferExpiry   = "offer_expiry"
	timerSignReminder  = "signature_reminder"
	timerSignExpiry    = "signature_expiry"
	timerDraftReminder = "draft_reminder"
	timerDraftLate     = "draft_late"
	timerRound         = "round_word"         // the creator's word on another round is awaited
	timerMissed        = "content_missed"     // Ref deliverable
	timerProduct       = "product_wait"       // Ref the contract
	timerExtensionHalf = "extension_reminder" // Ref deliverable
	timerExtension     = "extension_answer"   // Ref deliverable
	timerPublish       = "publish_reminder"
	timerPublishLate   = "publish_late"
	timerNotPosted     = "post_not_reported" // Ref deliverable whose planned time has passed
	timerVerify        = "verify_post"
	timerCure          = "post_cure"
	timerMilestone     = "milestone_date"
	timerNumber        = "number_due" // Ref the milestone whose number must be known now
	timerRenewalReview = "renewal_review"
	timerRenewalLadder = "renewal_reminder"
	timerNotice        = "renewal_notice"
	timerOnboard       = "payee_onboarding" // Ref the contract
	timerTermEnd       = "term_end"
)

// actingTimers are held while a partnership is paused: what a machine would send. Deadlines go on.
var actingTimers = []string{ //nolint:gochecknoglobals // a list
	timerStep, timerSequence, timerQuiet, timerOfferReminder, timerSignReminder, timerDraftReminder, timerPublish, timerNotPosted, timerOnboard,
}

// Effects of a partnership, with the codes of their outcomes.
const (
	// EffectMail mails a template. accepted; deferred (At); blocked (Ref: nothing is sent until a person acts); cancelled (a
	// stop condition holds); no_address; rejected; unknown (settled later by the provider's event or a person).
	EffectMail = "mail"
	// EffectDraftMail writes a mail for a person to look at. drafted (Ref message); blocked; no_address; cancelled.
	EffectDraftMail = "draft_mail"
	// EffectBranch decides a branch of a sequence. yes; no.
	EffectBranch = "branch"
	// EffectReadDates reads the dates outside of the partnership. read (Dates).
	EffectReadDates = "read_dates"
	// EffectDraftContract writes the contract of an accepted offer. drafted (Ref contract).
	EffectDraftContract = "draft_contract"
	// EffectExecute fixes deliverables and milestones of a signed contract. executed (Contract).
	EffectExecute = "execute_contract"
	// EffectOnboard makes the creator's payee account, if there is none, and asks the creator to complete it; N counts the reminders. ready;
	// invited; rejected, which is the account; no_address; NotMailed with the mail's code.
	EffectOnboard = "onboard_payee"
	// EffectVerify looks at the published post. ok; mismatch; unreachable.
	EffectVerify = "verify_post"
)

// Mail outcome codes.
const (
	MailAccepted  = "accepted"
	MailDrafted   = "drafted"
	MailDeferred  = "deferred"
	MailBlocked   = "blocked"
	MailCancelled = "cancelled"
	MailNoAddress = "no_address"
	MailRejected  = "rejected"
	MailNowhere   = "nowhere" // nobody can sign any more where the mail would lead
	MailUnknown   = "unknown"
	// NotMailed begins the code of an effect that did more than to send a mail, where that mail was not sent.
	NotMailed   = "not_mailed/"
	MailUnfiled = "unfiled" // a reply that may be the creator's waits to be filed; no outcome of a mail
	MailFiled   = "filed"   // it was filed, here or elsewhere
)

// Signals of a partnership.
const (
	SignalMail         = "mail"              // Ref message; Code human, auto_reply, bounce, soft_bounce, dropped, complaint, unsubscribe, unfiled, filed
	SignalAnswered     = "answered"          // Ref the message that answers
	SignalDates        = "dates"             // a date outside of the partnership may have moved
	SignalMerged       = "creator_merged"    // Ref the creator that the old one became
	SignalDelivered    = "product_delivered" // Ref shipment, At when the product had arrived
	SignalReviewClosed = "review_closed"     // Ref deliverable, Ref2 submission; Code the review's end or checks_failed; Corrections
	SignalPayoutClosed = "payout_closed"     // Ref milestone, Ref2 payout; Code paid, cancelled
)

// OfferState is the offer that is on the table.
type OfferState struct {
	ID      uuid.UUID `json:"id"`
	State   string    `json:"state"`
	Fee     Money     `json:"fee"`
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"`
}

// ContractState is the contract of the present term.
type ContractState struct {
	ID       uuid.UUID  `json:"id"`
	State    string     `json:"state"`
	At       time.Time  `json:"at"`
	Expires  time.Time  `json:"expires,omitzero"`
	EndsAt   time.Time  `json:"ends_at,omitzero"`
	NoticeBy time.Time  `json:"notice_by,omitzero"`
	Rounds   int        `json:"rounds,omitempty"`
	Late     *LateTerms `json:"late,omitempty"`
	// Days after publication for which the brand may use a post, may put money behind it from the creator's account, and has the creator to itself.
	UsageRightsDays  int `json:"usage_rights_days,omitempty"`
	AllowlistingDays int `json:"allowlisting_days,omitempty"`
	ExclusivityDays  int `json:"exclusivity_days,omitempty"`
	// Option is the brand's right to another term, also once it is over or used; nil where both have signed none.
	Option *OptionState `json:"option,omitempty"`
	// Extended are the rights that go on for longer than those days.
	Extended []KeyDateExtension `json:"extended,omitempty"`
}

// DeliverableState is one piece of content of the present term.
type DeliverableState struct {
	ID         uuid.UUID `json:"id"`
	State      string    `json:"state"`
	Submission uuid.UUID `json:"submission,omitzero"`
	Review     uuid.UUID `json:"review,omitzero"`
	Round      int       `json:"round,omitempty"`
	DraftDue   time.Time `json:"draft_due,omitzero"`
	PublishBy  time.Time `json:"publish_by,omitzero"`
	PostedAt   time.Time `json:"posted_at,omitzero"`
	// PublishFrom is the first moment of its publish window where the contract names one, and PublishAt when it will be published: while it is scheduled.
	PublishFrom time.Time `json:"publish_from,omitzero"`
	PublishAt   time.Time `json:"publish_at,omitzero"`
	Check       int       `json:"check,omitempty"`
	Misses      int       `json:"misses,omitempty"`
	Uncured     bool      `json:"uncured,omitempty"` // its post was not put right in time
	Verified    bool      `json:"verified,omitempty"`
	Since       time.Time `json:"since,omitzero"`
	// Extra says how it stands with a revision round that the contract does not include: asked, offered for money or declined; empty
	// where none is in question. ExtraFee is what was offered for it, Corrections how many approvals named corrections.
	Extra       string `json:"extra,omitempty"`
	ExtraFee    Money  `json:"extra_fee,omitzero"`
	Corrections int    `json:"corrections,omitempty"`
	// Extension is the request for later dates that waits for an answer.
	Extension *ExtensionState `json:"extension,omitempty"`
	// Product is what the dates are counted by when they begin with the delivery of a product; nil where they do not.
	Product *ProductState `json:"product,omitempty"`
	// Late are the terms that it became late under, where the contract has others by now.
	Late *LateTerms `json:"late,omitempty"`
}

// Terminal says that nothing more is owed for the deliverable.
func (d DeliverableState) Terminal() bool {
	return slices.Contains([]string{"accepted", "rejected", "missed", "waived", "cancelled"}, d.State)
}

// MilestoneState is one share of the fee of the present term.
type MilestoneState struct {
	ID          uuid.UUID  `json:"id"`
	Trigger     Trigger    `json:"trigger"`
	Deliverable uuid.UUID  `json:"deliverable,omitzero"` // zero means all
	State       string     `json:"state"`
	Amount      Money      `json:"amount"`
	NetDays     int        `json:"net_days,omitempty"`
	At          time.Time  `json:"at,omitzero"` // for triggers by date
	On          time.Time  `json:"on,omitzero"` // the day that the terms name for it, which no moved end of the term moves
	Payout      uuid.UUID  `json:"payout,omitzero"`
	Threshold   *Threshold `json:"threshold,omitempty"`
	CountsUntil time.Time  `json:"counts_until,omitzero"` // the threshold's last moment, once its deliverable is posted
	Hold        bool       `json:"hold,omitempty"`        // a person of finance lets the money go
	// Held are the conditions for which the payout was told to wait.
	Held []string `json:"held,omitempty"`
}

// ContractPlan is what an executed contract fixes: the rows that were written, with their ids and dates.
type ContractPlan struct {
	EndsAt          time.Time          `json:"ends_at"`
	NoticeBy        time.Time          `json:"notice_by"`
	Rounds          int                `json:"rounds"`
	Late            *LateTerms         `json:"late,omitempty"` // of an amendment: nil where they stay
	Deliverables    []DeliverableState `json:"deliverables"`
	Milestones      []MilestoneState   `json:"milestones"`
	BrandCalendar   Calendar           `json:"brand_calendar"`
	CreatorCalendar Calendar           `json:"creator_calendar"`

	UsageRightsDays  int `json:"usage_rights_days,omitempty"`
	AllowlistingDays int `json:"allowlisting_days,omitempty"`
	ExclusivityDays  int `json:"exclusivity_days,omitempty"`

	Option *OptionState `json:"option,omitempty"` // of an amendment: nil where it stays, or falls away
	// OptionChanged says of an amendment that it gives an option, changes it or takes it away, beside moving its last day with the end.
	OptionChanged bool `json:"option_changed,omitempty"`

	// Outside says that its fee is paid outside of Stripe, so that nobody is asked for a bank account there. Plans from before do not have it.
	Outside bool `json:"outside,omitempty"`

	// Of an amendment: what it moves, takes away and extends, beside the deliverables and milestones that it adds.
	Moved             []DeliverableMove  `json:"moved,omitempty"`
	Dropped           []uuid.UUID        `json:"dropped,omitempty"`
	DroppedMilestones []uuid.UUID        `json:"dropped_milestones,omitempty"`
	Extended          []KeyDateExtension `json:"extended,omitempty"`
}

// Partnership is the machine of one creator in one campaign.
type Partnership struct {
	Core

	ID         uuid.UUID `json:"id"`
	BrandID    uuid.UUID `json:"brand_id"`
	CampaignID uuid.UUID `json:"campaign_id"`
	CreatorID  uuid.UUID `json:"creator_id"`
	OwnerID    uuid.UUID `json:"owner_id"`

	Stage    Stage     `json:"stage"`
	StageAt  time.Time `json:"stage_at,omitzero"`
	Before   Stage     `json:"before,omitempty"` // the stage a ban interrupted
	Paused   bool      `json:"paused,omitempty"`
	Term     int       `json:"term"`
	ReplyRef uuid.UUID `json:"reply_ref,omitzero"`

	Sequence        Sequence `json:"sequence"`
	Timings         Timings  `json:"timings"`
	BrandCalendar   Calendar `json:"brand_calendar"`
	CreatorCalendar Calendar `json:"creator_calendar"`

	Outreach    Outreach        `json:"outreach"`
	Automations []Sequence      `json:"automations,omitempty"` // what may start by itself, beside the outreach
	Runs        []Outreach      `json:"runs,omitempty"`        // what has started and not ended
	Starts      []SequenceStart `json:"starts,omitempty"`
	// Dates are the dates outside of the partnership that something starts by: campaign_starts, campaign_ends, field:<name>.
	Dates map[string]time.Time `json:"dates,omitempty"`
	// RemindsPayee says that the creator is reminded to complete the payee account from the contract on, PayeeReminded how often that was in
	// this term.
	RemindsPayee  bool `json:"reminds_payee,omitempty"`
	PayeeReminded int  `json:"payee_reminded,omitempty"`
	// KeepsDates says that the dates which outlive a term are kept. KeyDates are those that have not come, of every term.
	KeepsDates bool      `json:"keeps_dates,omitempty"`
	KeyDates   []KeyDate `json:"key_dates,omitempty"`

	DatesAsked int       `json:"dates_asked,omitempty"` // counts the questions for them; only the last answer counts
	ReplyAt    time.Time `json:"reply_at,omitzero"`     // when the creator began to wait for an answer
	// Early are soft bounces that came before the answer of the call that sent their mail; Unfiled are mails that may be the creator's.
	Early        []uuid.UUID        `json:"early,omitempty"`
	Unfiled      []uuid.UUID        `json:"unfiled,omitempty"`
	AnswerBy     time.Time          `json:"answer_by,omitzero"` // the creator waits for an answer until then
	Answers      int                `json:"answers,omitempty"`  // replies of the creator that were answered
	Offer        *OfferState        `json:"offer,omitempty"`
	Contract     *ContractState     `json:"contract,omitempty"`
	Amendment    *ContractState     `json:"amendment,omitempty"` // of the present contract, until both have signed it or one has not
	Deliverables []DeliverableState `json:"deliverables,omitempty"`
	Milestones   []MilestoneState   `json:"milestones,omitempty"`
	DeliveredAt  time.Time          `json:"delivered_at,omitzero"` // when the product of the present term had arrived
	Renewal      string             `json:"renewal"`
	RenewalOffer *OfferState        `json:"renewal_offer,omitempty"`
	CoolOffUntil time.Time          `json:"cool_off_until,omitzero"`
	Interrupted  []Effect           `json:"interrupted,omitempty"` // what a ban interrupted; asked for again when it is lifted
}

var _ Machine = (*Partnership)(nil)

// Done says that the partnership has ended for good and nothing of it is open, nor any right that the brand has of it.
func (p *Partnership) Done() bool {
	if p.Stage != StageLapsed && p.Stage != StageTerminated {
		return false
	}
	open := slices.ContainsFunc(p.Milestones, func(m MilestoneState) bool { return m.State == "met" || m.State == "payable" })
	return !open && len(p.Pending) == 0 && len(p.KeyDates) == 0 && p.Amendment == nil
}

// Begin starts the outreach. It does nothing on a partnership that has begun.
func (p *Partnership) Begin(now time.Time) {
	if p.Stage != StageProspect {
		return
	}
	p.fact(now, Fact{Kind: "started", Actor: p.OwnerID})
	p.to(StageOutreach, now, uuid.Nil)
	p.schedule(&p.Outreach, now, time.Time{})
	p.readDates()
}

func (p *Partnership) to(s Stage, now time.Time, actor uuid.UUID) {
	banned := p.Stage == StageBanned || s == StageBanned // a ban and its end leave every sequence where it is
	p.fact(now, Fact{Kind: "stage", Code: string(s), Actor: actor})
	p.Stage, p.StageAt = s, now
	if !banned {
		p.entered(now)
	}
}

// arm sets a timer; what is stopped now holds it from the start.
func (p *Partnership) arm(kind string, ref uuid.UUID, n int, at time.Time) {
	p.Core.arm(kind, ref, n, at)
	for i := range p.Timers {
		if t := &p.Timers[i]; t.Kind == kind && t.Ref == ref && t.N == n {
			t.Held = p.Stage == StageBanned || p.Paused && slices.Contains(actingTimers, kind)
		}
	}
}

// ---- conversation

func (p *Partnership) declined(now time.Time, actor uuid.UUID) {
	p.stopOutreach(now)
	p.dropOffer(now, "withdrawn")
	p.disarm(timerQuiet, uuid.Nil)
	p.closeTalk()
	p.to(StageDeclined, now, actor)
	p.coolOff(now)
}

// closeTalk closes the tasks of a conversation that is over.
func (p *Partnership) closeTalk() {
	p.stopClock()
	p.closeTask("reply")
	p.closeTask("counter")
	p.closeTask("offer_expired")
}

func (p *Partnership) reply(now time.Time, ref uuid.UUID, actor uuid.UUID) {
	p.stopOutreach(now)
	p.fact(now, Fact{Kind: "reply_received", Ref: ref, Actor: actor})
	p.ReplyRef = ref
	p.wakeThreads(now)
	if p.Stage == StageBanned && p.Before == StageOutreach {
		p.Before = StageInConversation // who has answered gets no outreach after the ban
	}
	if p.Stage == StageOutreach {
		p.to(StageInConversation, now, uuid.Nil)
	}
	if p.Stage == StageInConversation {
		p.arm(timerQuiet, uuid.Nil, 0, p.BrandCalendar.AddBusinessDays(now, p.Timings.ConversationQuietDays))
	}
	p.task(TaskChange{Key: "reply", Kind: "answer_reply", OwnerID: p.OwnerID, Ref: ref, Due: p.answerDue(now)})
}

func (p *Partnership) taskDue(now time.Time) time.Time {
	return p.BrandCalendar.AddBusinessDays(now, p.Timings.TaskDueBusinessDays)
}

// ---- milestones and the ends of a term

// meet marks the milestones that wait for the trigger on the deliverable and starts their payouts.
func (p *Partnership) meet(now time.Time, trigger Trigger, deliverable uuid.UUID) {
	for i := range p.Milestones {
		m := &p.Milestones[i]
		if m.Trigger != trigger || m.State != "pending" {
			continue
		}
		if m.Deliverable != uuid.Nil && m.Deliverable != deliverable {
			continue
		}
		if m.Deliverable == uuid.Nil && !p.allReached(trigger) {
			continue
		}
		p.metOne(now, m)
	}
}

func (p *Partnership) metOne(now time.Time, m *MilestoneState) {
	m.State, m.Payout = "met", DeriveID(m.ID, "payout")
	due := p.BrandCalendar.AddDays(now, m.NetDays)
	p.fact(now, Fact{Kind: "milestone_met", Ref: m.ID, Ref2: m.Payout, Amount: m.Amount, Until: due})
	p.change(Change{Noun: "milestone", ID: m.ID, State: "met", At: now})
	p.send(Send{Workflow: "payout", ID: m.Payout, Payout: &Payout{
		ID: m.Payout, BrandID: p.BrandID, PartnershipID: p.ID, MilestoneID: m.ID, CreatorID: p.CreatorID,
		Amount: m.Amount, Due: due, State: PayoutScheduled, Timings: p.Timings, Calendar: p.BrandCalendar, Core: NewCore(),
	}})
	if m.Hold {
		p.holdPayout(m, HoldTerms)
	}
	if p.Stage == StageBanned {
		p.holdPayout(m, "ban")
	}
}

// allReached says that every deliverable that still counts has reached what the trigger asks for.
func (p *Partnership) allReached(trigger Trigger) bool {
	for _, d := range p.Deliverables {
		if fellAway(d.State) {
			continue
		}
		past := d.Verified || d.State == "accepted"
		switch trigger {
		case TriggerApproval:
			if !past && d.State != "approved_to_post" && d.State != "scheduled" && d.State != "posted" {
				return false
			}
		case TriggerPosted, TriggerVerified:
			if !past {
				return false
			}
		case TriggerSignature, TriggerDate, TriggerCampaignEnd, TriggerThreshold, TriggerGiven:
		}
	}
	return true
}

func (p *Partnership) cancelMilestone(now time.Time, m *MilestoneState) {
	p.closeNumber(m)
	m.State = "cancelled"
	p.fact(now, Fact{Kind: "milestone_cancelled", Ref: m.ID, Amount: m.Amount})
	p.change(Change{Noun: "milestone", ID: m.ID, State: "cancelled", At: now})
}

func (p *Partnership) cancelMilestonesOf(now time.Time, deliverable uuid.UUID) {
	for i := range p.Milestones {
		m := &p.Milestones[i]
		switch {
		case m.Deliverable != deliverable:
		case m.State == "pending":
			p.cancelMilestone(now, m)
		case m.State == "met" && slices.Contains(m.Held, "approval_revoked"):
			// Its approval was revoked and never given again: nothing is owed for it any more.
			p.send(Send{Workflow: "payout", ID: m.Payout, Signal: &Signal{ID: DeriveID(m.Payout, "revoked"), Kind: SignalCancelled}})
		}
	}
	for _, t := range []Trigger{TriggerApproval, TriggerPosted, TriggerVerified} {
		if p.anyCounts() && p.allReached(t) {
			p.meet(now, t, uuid.Nil)
		}
	}
	p.settleShared(now)
}

// settleShared decides on what was held for all deliverables because the approval of one was revoked, now that this one counts no more.
func (p *Partnership) settleShared(now time.Time) {
	const held = "approval_revoked"
	for i := range p.Milestones {
		m := &p.Milestones[i]
		if m.Deliverable != uuid.Nil || m.State != "met" || !slices.Contains(m.Held, held) {
			continue
		}
		if !p.anyCounts() {
			p.send(Send{Workflow: "payout", ID: m.Payout, Signal: &Signal{ID: DeriveID(m.Payout, "revoked"), Kind: SignalCancelled}})
		} else if p.allReached(TriggerApproval) {
			p.releasePayout(now, m, held)
		}
	}
}

// anyCounts says that at least one deliverable is still owed or was delivered.
func (p *Partnership) anyCounts() bool {
	return slices.ContainsFunc(p.Deliverables, func(d DeliverableState) bool {
		return !fellAway(d.State)
	})
}

func (p *Partnership) eachPayout(deliverable uuid.UUID, f func(m *MilestoneState)) {
	for i := range p.Milestones {
		m := &p.Milestones[i]
		forAll := m.Deliverable == uuid.Nil && m.Trigger != TriggerSignature && m.Trigger != TriggerGiven
		if m.State == "met" && m.Payout != uuid.Nil && (deliverable == uuid.Nil || m.Deliverable == deliverable || forAll) {
			f(m)
		}
	}
}

func (p *Partnership) holdPayouts(deliverable uuid.UUID, code string) {
	p.eachPayout(deliverable, func(m *MilestoneState) { p.holdPayout(m, code) })
}

func (p *Partnership) holdPayout(m *MilestoneState, code string) {
	if slices.Contains(m.Held, code) {
		return
	}
	m.Held = append(m.Held, code)
	p.send(Send{Workflow: "payout", ID: m.Payout, Signal: &Signal{ID: DeriveID(m.Payout, fmt.Sprintf("hold/%s/%d", code, p.Seq)), Kind: SignalHold, Code: code, N: p.Seq}})
}

// inTheWay says that another deliverable than d still keeps what is owed for all of them.
func (p *Partnership) inTheWay(deliverable uuid.UUID, code string) bool {
	switch code {
	case "approval_revoked":
		return !p.allReached(TriggerApproval)
	case "post_mismatch":
		return slices.ContainsFunc(p.Deliverables, func(d DeliverableState) bool { return d.ID != deliverable && !d.Terminal() && d.Misses > 0 })
	}
	return false
}

func (p *Partnership) releasePayouts(now time.Time, deliverable uuid.UUID, code string) {
	p.eachPayout(deliverable, func(m *MilestoneState) {
		if !slices.Contains(m.Held, code) || m.Deliverable == uuid.Nil && p.inTheWay(deliverable, code) {
			return
		}
		p.releasePayout(now, m, code)
	})
}

func (p *Partnership) releasePayout(now time.Time, m *MilestoneState, code string) {
	m.Held = slices.DeleteFunc(m.Held, func(h string) bool { return h == code })
	p.send(Send{Workflow: "payout", ID: m.Payout, Signal: &Signal{ID: DeriveID(m.Payout, fmt.Sprintf("release/%s/%d", code, p.Seq)), Kind: SignalRelease, Code: code, At: now, N: p.Seq}})
}

// advance moves the stage on when the last deliverable or the last payout of the term is terminal.
func (p *Partnership) advance(now time.Time) {
	if p.Stage == StageActive && !slices.ContainsFunc(p.Deliverables, func(d DeliverableState) bool { return !d.Terminal() }) && !p.amendmentIsOut() {
		p.dropUnsent(now)
		for i := range p.Milestones {
			if m := &p.Milestones[i]; m.State == "pending" && m.Trigger != TriggerDate && m.Trigger != TriggerCampaignEnd && m.CountsUntil.IsZero() {
				p.cancelMilestone(now, m)
			}
		}
		p.to(StageWrappingUp, now, uuid.Nil)
	}
	if p.Stage == StageWrappingUp && !p.owesMoney() && !p.amendmentIsOut() {
		p.dropUnsent(now)
		p.to(StageCompleted, now, uuid.Nil)
		p.disarm(timerOnboard, uuid.Nil)
		p.closeTask("payee")
	}
	p.endTermIfDue(now)
}

// owesMoney says that a part of the fee of the term is neither paid nor fallen away.
func (p *Partnership) owesMoney() bool {
	return slices.ContainsFunc(p.Milestones, func(m MilestoneState) bool { return m.State != "settled" && m.State != "cancelled" })
}

func (p *Partnership) termEnd(now time.Time) {
	if p.Stage != StageCompleted || p.owesMoney() {
		return // the last payout moves it on
	}
	p.disarm(timerTermEnd, uuid.Nil)
	p.closeTask(p.unfinishedTask())
	p.change(Change{Noun: "contract", ID: p.Contract.ID, State: "expired", At: now})
	p.closeOption(now, "term_over")
	if p.Amendment != nil && (p.Renewal == RenewalAgreed || len(p.KeyDates) == 0) {
		p.endAmendment(now, "withdrawn", "term_over", uuid.Nil)
	}
	if p.Renewal == RenewalAgreed && p.RenewalOffer != nil {
		p.Term++
		p.Offer, p.RenewalOffer = p.RenewalOffer, nil
		p.Renewal = RenewalNotDue
		p.Contract, p.Deliverables, p.Milestones = nil, nil, nil
		p.forgetProduct(now)
		p.fact(now, Fact{Kind: "term_started", N: p.Term, Ref: p.Offer.ID})
		p.draftContract(now, p.Offer.ID)
		return
	}
	if p.RenewalOffer != nil && p.RenewalOffer.State == "sent" {
		p.endOffer(now, p.RenewalOffer, "expired", uuid.Nil)
	}
	if p.Renewal != RenewalDeclined && p.Renewal != RenewalLapsed {
		p.Renewal = RenewalLapsed
		p.fact(now, Fact{Kind: "renewal_lapsed", Code: LapseNoDecision})
		p.tellLapsed(now)
	}
	p.closeRenewal()
	p.closeTalk()
	p.wakeThreads(now)
	p.to(StageLapsed, now, uuid.Nil)
	p.keepTimers()
}

// fellAway says that nothing of a deliverable is owed or published any more.
func fellAway(state string) bool {
	return slices.Contains([]string{"waived", "cancelled", "rejected", "missed"}, state)
}
