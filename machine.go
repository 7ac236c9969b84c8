package rapport

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// The three durable things of Rapport (partnership, review, payout) are pure state machines. A workflow is the thin durable
// shell around one: it hands in commands, signals, the outcomes of effects and the time, and carries out what the machine asks
// for. Nothing here does I/O, reads a clock or draws a random number.

// Machine is what the shell drives. Every method may append facts and effects; the shell takes them with TakeRecord.
type Machine interface {
	// Allowed says why a command would be refused now, or nil. It changes nothing.
	Allowed(cmd Command, now time.Time) *Refusal
	// Command applies a command that is allowed and answers with the seq at which the pages show it.
	Command(cmd Command, now time.Time) Reply
	// Signal takes a machine's event.
	Signal(sig Signal, now time.Time)
	// Outcome takes the result of an effect.
	Outcome(out Outcome, now time.Time)
	// Tick fires every timer that is due.
	Tick(now time.Time)
	// Done says that nothing will ever happen here again.
	Done() bool
	// View is what the pages show.
	View(now time.Time) View
	// Base gives the shell the common part.
	Base() *Core
}

// CommandKind names what a person asks a machine for.
type CommandKind string

// Command is an order of a person. It carries ids and amounts, never text. ID makes it happen once.
type Command struct {
	ID     uuid.UUID   `json:"id"`
	Kind   CommandKind `json:"kind"`
	Actor  uuid.UUID   `json:"actor,omitzero"`
	Ref    uuid.UUID   `json:"ref,omitzero"`
	Ref2   uuid.UUID   `json:"ref2,omitzero"`
	Code   string      `json:"code,omitempty"`
	Amount Money       `json:"amount,omitzero"`
	Until  time.Time   `json:"until,omitzero"`
	N      int64       `json:"n,omitempty"`
	// Instead is the planned time that the caller saw and replaces, the zero time for none; nil where nobody looked.
	Instead *time.Time `json:"instead,omitempty"`
	// Move are the dates that are asked for, or granted.
	Move *DeliverableMove `json:"move,omitempty"`
	// Sequence and Step are what a running sequence goes on with.
	Sequence *Sequence `json:"sequence,omitempty"`
	Step     int       `json:"step,omitempty"`
	// Behalf is for whom Actor decides, and Calendar in whose time the person of Ref2 works.
	Behalf   uuid.UUID `json:"behalf,omitzero"`
	Calendar *Calendar `json:"calendar,omitempty"`
}

// Reply answers an accepted command.
type Reply struct {
	Seq int64 `json:"seq"`
	// Review is how a review stands after a decision, so that its answer need not wait for the record.
	Review *ReviewVerdict `json:"review,omitempty"`
}

// Refusal answers a command that the state does not allow. Code is stable; State is the present one; By and At say who decided
// already, and when.
type Refusal struct {
	Code  string    `json:"code"`
	State string    `json:"state,omitempty"`
	By    uuid.UUID `json:"by,omitzero"`
	At    time.Time `json:"at,omitzero"`
}

// Signal is an event of a machine: an inbox row, the end of a sibling. It carries ids only. ID makes it happen once.
type Signal struct {
	ID   uuid.UUID `json:"id"`
	Kind string    `json:"kind"`
	Ref  uuid.UUID `json:"ref,omitzero"`
	Ref2 uuid.UUID `json:"ref2,omitzero"`
	Code string    `json:"code,omitempty"`
	At   time.Time `json:"at,omitzero"`
	// N orders the signals of one sender that take back one another; zero where nothing does.
	N int64 `json:"n,omitempty"`
	// Corrections counts the approvals of a review that name corrections.
	Corrections int `json:"corrections,omitempty"`
}

// Effect is a side effect that a machine asks for. Key is unique in its workflow and makes it happen once.
type Effect struct {
	Key  string    `json:"key"`
	Kind string    `json:"kind"`
	Ref  uuid.UUID `json:"ref,omitzero"`
	Ref2 uuid.UUID `json:"ref2,omitzero"`
	Code string    `json:"code,omitempty"`
	N    int       `json:"n,omitempty"`
	At   time.Time `json:"at,omitzero"`
	// Branch is what EffectBranch decides.
	Branch *Branch `json:"branch,omitempty"`
	// Stage is the only one in which a mail of a sequence may go out, and Until when the creator's hours end.
	Stage Stage     `json:"stage,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

// Outcome is what came of an effect. Each effect documents its codes.
type Outcome struct {
	Key      string        `json:"key"`
	Code     string        `json:"code"`
	Ref      uuid.UUID     `json:"ref,omitzero"`
	At       time.Time     `json:"at,omitzero"`
	N        int           `json:"n,omitempty"`
	Contract *ContractPlan `json:"contract,omitempty"`
	Review   *ReviewPlan   `json:"review,omitempty"`
	Payout   *PayoutPlan   `json:"payout,omitempty"`
	Reversal *ReversalPlan `json:"reversal,omitempty"`
	// Tell says that who was refused is to hear of it. Runs from before do not have it.
	Tell bool `json:"tell,omitempty"`
	// Dates is what EffectReadDates found.
	Dates map[string]time.Time `json:"dates,omitempty"`
}

// Fact is one thing that happened; it becomes a row of the append-only history.
type Fact struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Ref    uuid.UUID `json:"ref,omitzero"`
	Ref2   uuid.UUID `json:"ref2,omitzero"`
	Actor  uuid.UUID `json:"actor,omitzero"`
	Code   string    `json:"code,omitempty"`
	Amount Money     `json:"amount,omitzero"`
	N      int       `json:"n,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// Change is the new state of a row that belongs to the machine.
type Change struct {
	Noun   string    `json:"noun"`
	ID     uuid.UUID `json:"id"`
	State  string    `json:"state"`
	At     time.Time `json:"at,omitzero"`
	Ref    uuid.UUID `json:"ref,omitzero"`
	Code   string    `json:"code,omitempty"`
	N      int       `json:"n,omitempty"`
	Due    time.Time `json:"due,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Amount Money     `json:"amount,omitzero"`
	// Planned is when a deliverable will be published.
	Planned time.Time `json:"planned,omitzero"`
	// Assets are the deliverables of a key date; none where it is of the contract itself.
	Assets []uuid.UUID `json:"assets,omitempty"`
	// Holds are all that is in the way of a payout that is held, the oldest first.
	Holds []HoldReason `json:"holds,omitempty"`
}

// TaskChange opens or closes a task for a person. Key is unique in the workflow.
type TaskChange struct {
	Key     string    `json:"key"`
	Open    bool      `json:"open"`
	Kind    string    `json:"kind,omitempty"`
	Code    string    `json:"code,omitempty"`
	OwnerID uuid.UUID `json:"owner_id,omitzero"`
	Role    Role      `json:"role,omitempty"`
	Ref     uuid.UUID `json:"ref,omitzero"`
	Due     time.Time `json:"due,omitzero"`
	// Title is what a step of a sequence asks for.
	Title string `json:"title,omitempty"`
}

// Send is a message to another workflow: a start with its input, or a signal.
type Send struct {
	Workflow string    `json:"workflow"` // partnership | review | payout
	ID       uuid.UUID `json:"id"`
	Signal   *Signal   `json:"signal,omitempty"`
	Review   *Review   `json:"review,omitempty"`
	Payout   *Payout   `json:"payout,omitempty"`
}

// Timer is an armed timer.
type Timer struct {
	Kind string    `json:"kind"`
	Ref  uuid.UUID `json:"ref,omitzero"`
	At   time.Time `json:"at"`
	N    int       `json:"n,omitempty"`
	Held bool      `json:"held,omitempty"`
}

// Waiting is a decision that is waited for.
type Waiting struct {
	For      string    `json:"for"` // creator | user | role | outside | provider
	Who      string    `json:"who,omitempty"`
	Decision string    `json:"decision"`
	Ref      uuid.UUID `json:"ref,omitzero"`
	Since    time.Time `json:"since"`
	Due      time.Time `json:"due,omitzero"`
	Silence  string    `json:"silence,omitempty"`
}

// CommandView is a command with why it would be refused now; an empty refusal means allowed.
type CommandView struct {
	Kind    CommandKind `json:"kind"`
	Ref     uuid.UUID   `json:"ref,omitzero"`
	Refused string      `json:"refused,omitempty"`
}

// View is what the pages show of a machine.
type View struct {
	State    string        `json:"state"`
	Paused   bool          `json:"paused,omitempty"`
	Term     int           `json:"term,omitempty"`
	Renewal  string        `json:"renewal,omitempty"`
	Timers   []Timer       `json:"timers"`
	Waiting  []Waiting     `json:"waiting"`
	Commands []CommandView `json:"commands"`
	Review   *ReviewView   `json:"review,omitempty"`
}

// Next is the timer that fires next, or nil.
func (v View) Next() *Timer {
	for i := range v.Timers {
		if !v.Timers[i].Held {
			return &v.Timers[i]
		}
	}
	return nil
}

// Record is everything a machine said since the last one, written in one transaction.
type Record struct {
	Facts   []Fact       `json:"facts,omitempty"`
	Changes []Change     `json:"changes,omitempty"`
	Tasks   []TaskChange `json:"tasks,omitempty"`
	Sends   []Send       `json:"sends,omitempty"`
	Handled []uuid.UUID  `json:"handled,omitempty"`
}

// Empty says that there is nothing to write.
func (r Record) Empty() bool {
	return len(r.Facts)+len(r.Changes)+len(r.Tasks)+len(r.Sends)+len(r.Handled) == 0
}

// Decided remembers the answer to a command or the receipt of a signal, because Temporal forgets them at continue-as-new.
type Decided struct {
	ID  uuid.UUID `json:"id"`
	Seq int64     `json:"seq"`
}

// ringSize bounds what Core remembers. A client that repeats a command does so within minutes; 128 covers days of one
// partnership's traffic, and the idempotency table answers for longer.
const ringSize = 128

// Core is the common part of every machine.
type Core struct {
	Seq     int64     `json:"seq"`
	Timers  []Timer   `json:"timers,omitempty"`
	Pending []Effect  `json:"pending,omitempty"` // asked for and not answered
	Ring    []Decided `json:"ring,omitempty"`
	// Durable says that what a command led to is written only after the server has the command. Runs that began before this was known
	// do without until they start afresh.
	Durable bool `json:"durable,omitempty"`
	// Quiet says that nobody is woken for what is decided, nor told again and again what they know. Runs that began before do both.
	Quiet bool `json:"quiet,omitempty"`
	// Careful says that what outlives an end is not held with what has ended, and that nothing is offered to decide on it that can lead nowhere.
	Careful bool `json:"careful,omitempty"`

	record Record
	fresh  []Effect
}

// NewCore is the common part of what begins now: it goes by all rules.
func NewCore() Core { return Core{Durable: true, Quiet: true, Careful: true} }

// Base gives the common part.
func (c *Core) Base() *Core { return c }

// TakeRecord hands over what was said since the last call.
func (c *Core) TakeRecord() Record {
	r := c.record
	c.record = Record{}
	return r
}

// TakeEffects hands over the effects asked for since the last call.
func (c *Core) TakeEffects() []Effect {
	e := c.fresh
	c.fresh = nil
	return e
}

// Restart asks again for every effect that was never answered: after a lost cluster, or a continue-as-new.
func (c *Core) Restart() { c.fresh = slices.Clone(c.Pending) }

// Seen answers a command or signal that was taken before.
func (c *Core) Seen(id uuid.UUID) (Reply, bool) {
	for _, d := range c.Ring {
		if d.ID == id {
			return Reply{Seq: d.Seq}, true
		}
	}
	return Reply{}, false
}

// Remember notes a command or signal as taken.
func (c *Core) Remember(id uuid.UUID) {
	c.Ring = append(c.Ring, Decided{id, c.Seq})
	if len(c.Ring) > ringSize {
		c.Ring = slices.Clone(c.Ring[len(c.Ring)-ringSize:])
	}
	c.record.Handled = append(c.record.Handled, id)
}

// Deadline is the nearest time at which a timer that is not held fires; zero when there is none.
func (c *Core) Deadline() time.Time {
	var d time.Time
	for _, t := range c.Timers {
		if !t.Held && (d.IsZero() || t.At.Before(d)) {
			d = t.At
		}
	}
	return d
}

func (c *Core) fact(now time.Time, f Fact) {
	c.Seq++
	f.Seq, f.At = c.Seq, now
	c.record.Facts = append(c.record.Facts, f)
}

func (c *Core) change(ch Change)     { c.record.Changes = append(c.record.Changes, ch) }
func (c *Core) task(t TaskChange)    { t.Open = true; c.record.Tasks = append(c.record.Tasks, t) }
func (c *Core) closeTask(key string) { c.record.Tasks = append(c.record.Tasks, TaskChange{Key: key}) }
func (c *Core) send(s Send)          { c.record.Sends = append(c.record.Sends, s) }

// do asks for an effect, once a key.
func (c *Core) do(e Effect) {
	if slices.ContainsFunc(c.Pending, func(p Effect) bool { return p.Key == e.Key }) {
		return
	}
	c.Pending = append(c.Pending, e)
	c.fresh = append(c.fresh, e)
}

// answered takes an effect off the pending list; false when it was not asked for.
func (c *Core) answered(key string) (Effect, bool) {
	i := slices.IndexFunc(c.Pending, func(p Effect) bool { return p.Key == key })
	if i < 0 {
		return Effect{}, false
	}
	e := c.Pending[i]
	c.Pending = slices.Delete(c.Pending, i, i+1)
	return e, true
}

// arm sets a timer; one of the same kind, ref and number is moved.
func (c *Core) arm(kind string, ref uuid.UUID, n int, at time.Time) {
	c.Timers = slices.DeleteFunc(c.Timers, func(t Timer) bool { return t.Kind == kind && t.Ref == ref && t.N == n })
	c.Timers = append(c.Timers, Timer{Kind: kind, Ref: ref, N: n, At: at})
	slices.SortStableFunc(c.Timers, func(a, b Timer) int { return a.At.Compare(b.At) })
}

// disarm removes the timers of a kind; a zero ref means all of them.
func (c *Core) disarm(kind string, ref uuid.UUID) {
	c.Timers = slices.DeleteFunc(c.Timers, func(t Timer) bool { return t.Kind == kind && (ref == uuid.Nil || t.Ref == ref) })
}

// due takes the next timer that has fired.
func (c *Core) due(now time.Time) (Timer, bool) {
	i := slices.IndexFunc(c.Timers, func(t Timer) bool { return !t.Held && !t.At.After(now) })
	if i < 0 {
		return Timer{}, false
	}
	t := c.Timers[i]
	c.Timers = slices.Delete(c.Timers, i, i+1)
	return t, true
}

// hold marks the timers of the kinds as held or free.
func (c *Core) hold(held bool, kinds ...string) {
	for i := range c.Timers {
		if slices.Contains(kinds, c.Timers[i].Kind) {
			c.Timers[i].Held = held
		}
	}
}

// DeriveID makes the id of something that belongs to parent: the same name always gives the same id (UUID version 5, RFC 9562).
func DeriveID(parent uuid.UUID, name string) uuid.UUID { return uuid.NewSHA1(parent, []byte(name)) }
