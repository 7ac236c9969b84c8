package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"rapport"
	"rapport/api/gen"
)

// What a listener gets, and when it is dropped.
const (
	streamHeartbeat = 15 * time.Second
	streamRecheck   = time.Minute            // how often it is asked whether the person still may listen
	streamPoll      = 2 * time.Second        // for what a notification missed or a running transaction held back
	streamSettle    = 100 * time.Millisecond // changes come in bursts
	streamWrite     = 10 * time.Second
	streamRead      = 5 * time.Second
	streamBuffer    = 2000             // changes that a slow listener may be behind
	streamResumeMax = 2000             // changes that are told again to a listener that comes back
	streamBack      = 15 * time.Minute // longer than any transaction runs
	streamKept      = 48 * time.Hour   // as long as changes are kept
)

// ChangeStore keeps what changed.
type ChangeStore interface {
	// Listen calls wake at every notification of the channel, until the context ends or the connection breaks.
	Listen(ctx context.Context, channel string, wake func()) error
	// ChangesUntil is the position before which everything can be read.
	ChangesUntil(ctx context.Context) (int64, error)
	// ChangesBetween lists what changed in the brands of the scope and for everybody.
	ChangesBetween(ctx context.Context, after rapport.ChangePosition, until int64, back time.Duration, limit int) ([]rapport.ChangeEvent, error)
	ChangeKept(ctx context.Context, p rapport.ChangePosition) (bool, error)
	// BrandsOfListener are the brands that a session or a token reaches now; none when it has ended.
	BrandsOfListener(ctx context.Context, session []byte, token *uuid.UUID, idle time.Duration) ([]uuid.UUID, error)
}

// hub reads what changed once for all who listen, and hands each what lies in their brands.
type hub struct {
	store ChangeStore
	log   *zap.Logger
	wake  chan struct{}

	mu        sync.Mutex
	listeners map[*listener]struct{}
	read      int64 // the position before which changes were handed out
	closed    bool
}

// listener is one open stream.
type listener struct {
	brands  []uuid.UUID
	since   int64 // the position from which the hub hands changes out to it
	changes chan rapport.ChangeEvent
	gone    chan struct{} // closed when the hub drops it
}

// ListenForChanges serves the stream of changes until the context ends; then every stream ends. It must be called before the
// server takes requests; without it the stream is away.
func (s *Server) ListenForChanges(ctx context.Context) error {
	store, err := storeAs[ChangeStore](s)
	if err != nil {
		return err
	}
	h := &hub{store: store, log: s.cfg.Log, wake: make(chan struct{}, 1), listeners: map[*listener]struct{}{}}
	if h.read, err = store.ChangesUntil(ctx); err != nil {
		return fmt.Errorf("api: find the newest change: %w", err)
	}
	s.changes = h
	go h.notified(ctx)
	go h.run(ctx)
	return nil
}

// notified wakes the hub whenever the database says that something changed, and again after a broken connection.
func (h *hub) notified(ctx context.Context) {
	for ctx.Err() == nil {
		err := h.store.Listen(ctx, "rapport_changes", h.rouse)
		if ctx.Err() == nil {
			h.log.Warn("listen for changes again", zap.Error(err))
			pause(ctx, time.Second)
		}
	}
}

func (h *hub) rouse() {
	select {
	case h.wake <- struct{}{}:
	default: // it is awake
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// run hands out changes until the context ends.
func (h *hub) run(ctx context.Context) {
	defer h.close()
	tick := time.NewTicker(streamPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
		case <-tick.C:
		}
		if err := h.handOut(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("read what changed", zap.Error(err))
		}
		pause(ctx, streamSettle)
	}
}

// handOut reads what became known since the last time, in the brands of all listeners, and gives each its part. Nobody joins
// meanwhile: who joins gets everything from a position on.
func (h *hub) handOut(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, streamRead)
	defer cancel()
	h.mu.Lock()
	defer h.mu.Unlock()
	until, err := h.store.ChangesUntil(ctx)
	if err != nil {
		return fmt.Errorf("find the newest change: %w", err)
	}
	if len(h.listeners) > 0 {
		list, err := h.store.ChangesBetween(rapport.WithBrands(ctx, h.brands()...), rapport.ChangePosition{Xid: h.read}, until, streamBack, math.MaxInt32)
		if err != nil {
			return fmt.Errorf("read the changes: %w", err)
		}
		for _, c := range newestOfEach(list) {
			for l := range h.listeners {
				h.give(l, c)
			}
		}
	}
	h.read = until
	return nil
}

// newestOfEach leaves one change for each thing: what changed often in a moment is read once.
func newestOfEach(list []rapport.ChangeEvent) []rapport.ChangeEvent {
	type thing struct {
		noun string
		ref  uuid.UUID
	}
	last := make(map[thing]int, len(list))
	for i, c := range list {
		last[thing{c.Noun, c.Ref}] = i
	}
	out := make([]rapport.ChangeEvent, 0, len(last))
	for i, c := range list {
		if last[thing{c.Noun, c.Ref}] == i {
			out = append(out, c)
		}
	}
	return out
}

// brands are all that somebody listens to.
func (h *hub) brands() []uuid.UUID {
	brands := []uuid.UUID{}
	for l := range h.listeners {
		for _, b := range l.brands {
			if !slices.Contains(brands, b) {
				brands = append(brands, b)
			}
		}
	}
	return brands
}

// give hands a change to a listener of its brand. One that does not keep up is dropped: it comes back and resumes.
func (h *hub) give(l *listener, c rapport.ChangeEvent) {
	if c.BrandID != uuid.Nil && !slices.Contains(l.brands, c.BrandID) {
		return
	}
	select {
	case l.changes <- c:
	default:
		delete(h.listeners, l)
		close(l.gone)
	}
}

// join adds a listener; false when the hub has ended.
func (h *hub) join(brands []uuid.UUID) (*listener, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false
	}
	l := &listener{brands: brands, since: h.read, changes: make(chan rapport.ChangeEvent, streamBuffer), gone: make(chan struct{})}
	h.listeners[l] = struct{}{}
	return l, true
}

// position is where somebody begins to listen who reads from now on: with no change of its own, hence number 0. All before it can be read already.
func (h *hub) position(ctx context.Context) (string, error) {
	until, err := h.store.ChangesUntil(ctx)
	if err != nil {
		return "", fmt.Errorf("find the newest change: %w", err)
	}
	return positionText(rapport.ChangePosition{Xid: until}), nil
}

func positionText(p rapport.ChangePosition) string { return fmt.Sprintf("%d-%d", p.Xid, p.ID) }

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, l)
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for l := range h.listeners {
		delete(h.listeners, l)
		close(l.gone)
	}
}

// Stream tells what changes for as long as the client listens and may.
func (s *Server) Stream(ctx context.Context, r gen.StreamRequestObject) (gen.StreamResponseObject, error) {
	if s.changes == nil {
		return nil, rapport.Errorf(rapport.CodeUnavailable, "Nobody listens to what changes now. The pages work without it.")
	}
	l, ok := s.changes.join(rapport.BrandsFrom(ctx))
	if !ok {
		return nil, rapport.Errorf(rapport.CodeUnavailable, "The server is stopping. Try again in a moment.")
	}
	last := requestFrom(ctx).LastEventID
	if last == "" && r.Params.After != nil {
		last = *r.Params.After
	}
	return stream{ctx: ctx, hub: s.changes, listener: l, last: last}, nil
}

// stream writes the changes of one listener.
type stream struct {
	ctx      context.Context //nolint:containedctx // the generated interface hands over no context
	hub      *hub
	listener *listener
	last     string // the position of the last change that the listener knows
}

// VisitStreamResponse writes until the client leaves, the person may no longer listen, or the server stops.
func (r stream) VisitStreamResponse(w http.ResponseWriter) error {
	defer r.hub.leave(r.listener)
	control := http.NewResponseController(w)
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }() // a writer without deadlines has none
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that buffers would hold everything back
	w.WriteHeader(http.StatusOK)
	send := func(text []byte) error {
		_ = control.SetWriteDeadline(time.Now().Add(streamWrite)) // as above
		if _, err := w.Write(text); err != nil {
			return fmt.Errorf("write to a listener: %w", err)
		}
		if err := control.Flush(); err != nil {
			return fmt.Errorf("flush to a listener: %w", err)
		}
		return nil
	}
	if send([]byte("retry: 2000\n: listening\n\n")) != nil || r.resume(send) != nil {
		return nil // a client that went away
	}
	r.follow(send)
	return nil
}

// resume tells again what the client missed since the last change that it knows. When that is too much, or no longer kept, the
// event reset says that everything has to be read anew.
func (r stream) resume(send func([]byte) error) error {
	if r.last == "" {
		return nil
	}
	var after rapport.ChangePosition
	if n, err := fmt.Sscanf(r.last, "%d-%d", &after.Xid, &after.ID); err != nil || n != 2 {
		return send([]byte("event: reset\ndata: {}\n\n"))
	}
	kept := true
	if after.ID != 0 {
		var err error
		if kept, err = r.hub.store.ChangeKept(r.ctx, after); err != nil {
			return fmt.Errorf("resume: %w", err)
		}
	}
	list, err := r.hub.store.ChangesBetween(r.ctx, after, r.listener.since, streamKept, streamResumeMax+1)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	if !kept || len(list) > streamResumeMax {
		return send([]byte("event: reset\ndata: {}\n\n"))
	}
	for _, c := range newestOfEach(list) {
		if err := send(eventText(c)); err != nil {
			return err
		}
	}
	return nil
}

// follow writes what the hub hands out, and a heartbeat when nothing happens.
func (r stream) follow(send func([]byte) error) {
	beat, recheck := time.NewTicker(streamHeartbeat), time.NewTicker(streamRecheck)
	defer beat.Stop()
	defer recheck.Stop()
	for {
		var text []byte
		select {
		case <-r.ctx.Done():
			return
		case <-r.listener.gone:
			return
		case <-recheck.C:
			if !r.mayListen() {
				return
			}
			continue
		case <-beat.C:
			text = []byte(": still here\n\n")
		case c := <-r.listener.changes:
			if c.Position.Xid < r.known() {
				continue // the hub may be behind what was there when the page was read
			}
			text = eventText(c)
		}
		if send(text) != nil {
			return
		}
	}
}

// known is the transaction before which the listener has read everything; 0 where it did not say so.
func (r stream) known() int64 {
	var p rapport.ChangePosition
	if n, err := fmt.Sscanf(r.last, "%d-%d", &p.Xid, &p.ID); err != nil || n != 2 || p.ID != 0 {
		return 0
	}
	return p.Xid
}

// mayListen asks whether the person is signed in still and reaches all brands that are listened to.
func (r stream) mayListen() bool {
	now, err := r.hub.store.BrandsOfListener(r.ctx, requestFrom(r.ctx).Session, principalFrom(r.ctx).TokenID, sessionIdle)
	if err != nil {
		return rapport.ErrorCode(err) == rapport.CodeUnavailable // the database is away: nothing is told meanwhile anyway
	}
	return !slices.ContainsFunc(r.listener.brands, func(b uuid.UUID) bool { return !slices.Contains(now, b) })
}

// eventText writes a change as a server-sent event.
func eventText(c rapport.ChangeEvent) []byte {
	data := struct {
		Noun    string     `json:"noun"`
		ID      uuid.UUID  `json:"id"`
		BrandID *uuid.UUID `json:"brand_id,omitempty"`
	}{Noun: c.Noun, ID: c.Ref}
	if c.BrandID != uuid.Nil {
		data.BrandID = &c.BrandID
	}
	text, err := json.Marshal(data)
	if err != nil { // ids and words always can be written
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "id: %s\nevent: change\ndata: %s\n\n", positionText(c.Position), text)
	return b.Bytes()
}
