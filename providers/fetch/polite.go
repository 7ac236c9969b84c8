package fetch

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	defaultPause  = time.Second
	maxRetryAfter = time.Hour
	maxHosts      = 1024 // more than one worker asks at a time
)

// turns lets one request at a time to each host, with a pause in between.
type turns struct {
	pause time.Duration
	mu    sync.Mutex
	hosts map[string]*turn
}

// turn is what is known of one host.
type turn struct {
	gate  chan struct{}
	pace  *rate.Limiter
	users int       // who asks or waits; under turns.mu
	rests time.Time // until when the host wants to be left alone; under turns.mu
}

func newTurns(pause time.Duration) *turns {
	if pause <= 0 {
		pause = defaultPause
	}

	return &turns{pause: pause, hosts: map[string]*turn{}}
}

// take waits for the host's turn, or refuses at once while the host rests. A turn taken must be left.
func (t *turns) take(ctx context.Context, host string) (*turn, error) {
	mine := t.join(host)

	select {
	case mine.gate <- struct{}{}:
	case <-ctx.Done():
		t.part(mine)

		return nil, typed(ctx.Err())
	}

	err := t.resting(mine)
	if err == nil {
		if err = mine.pace.Wait(ctx); err != nil {
			// It also refuses a wait that the context would not outlive.
			err = typed(errors.Join(err, ctx.Err()))
		}
	}

	if err != nil {
		t.leave(mine)

		return nil, err
	}

	return mine, nil
}

func (t *turns) leave(mine *turn) {
	<-mine.gate
	t.part(mine)
}

func (t *turns) join(host string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()

	mine := t.hosts[host]
	if mine == nil {
		t.makeRoom()

		mine = &turn{gate: make(chan struct{}, 1), pace: rate.NewLimiter(rate.Every(t.pause), 1)}
		t.hosts[host] = mine
	}

	mine.users++

	return mine
}

func (t *turns) part(mine *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()

	mine.users--
}

// makeRoom forgets the hosts that nobody asks: those whose pause is over, and when that is not enough, the others too, since
// whoever names a thousand hosts must not fill the memory.
func (t *turns) makeRoom() {
	for _, rude := range []bool{false, true} {
		if len(t.hosts) < maxHosts {
			return
		}

		for host, other := range t.hosts {
			if other.users == 0 && (rude || (other.pace.Tokens() >= 1 && time.Now().After(other.rests))) {
				delete(t.hosts, host)
			}
		}
	}
}

// rest remembers that a host wants to be left alone.
func (t *turns) rest(host string, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()

	if mine := t.hosts[host]; mine != nil {
		mine.rests = time.Now().Add(wait)
	}
}

func (t *turns) resting(mine *turn) error {
	t.mu.Lock()
	defer t.mu.Unlock()

	if left := time.Until(mine.rests); left > 0 {
		return &BusyError{Wait: left}
	}

	return nil
}

// busyFor reads for how long an answer asks to be left alone; 0 when it does not ask.
func busyFor(res *http.Response, now time.Time) time.Duration {
	if res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusServiceUnavailable {
		return 0
	}

	after := res.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(after, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}

	if at, err := http.ParseTime(after); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}

	return 0
}
