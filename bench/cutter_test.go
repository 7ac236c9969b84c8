//go:build faults

package bench

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// cutter stands between the programs and PostgreSQL, and ends connections at a commit: before the server hears of it, or after it has committed and
// before its answer arrives. To the program both look alike.
type cutter struct {
	address string
	target  string
	rate    atomic.Int64 // of a thousand commits
	before  atomic.Int64
	after   atomic.Int64
	mu      sync.Mutex
	random  *rand.Rand
}

func startCutter(t *testing.T, port int, random *rand.Rand) *cutter {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	c := &cutter{address: l.Addr().String(), target: "127.0.0.1:" + strconv.Itoa(port), random: random}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.carry(context.WithoutCancel(t.Context()), conn)
		}
	}()
	return c
}

// What happens to a commit.
const (
	cutNothing = iota
	cutBefore
	cutAfter
)

func (c *cutter) choose(sent []byte) int {
	if !bytes.Contains(sent, []byte("commit\x00")) && !bytes.Contains(sent, []byte("commit; ")) {
		return cutNothing
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.random.Int64N(1000) >= c.rate.Load() {
		return cutNothing
	}
	return cutBefore + c.random.IntN(2)
}

func (c *cutter) carry(ctx context.Context, program net.Conn) {
	defer program.Close()
	server, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.target)
	if err != nil {
		return
	}
	defer server.Close()
	var answerless atomic.Bool
	go func() {
		defer program.Close()
		defer server.Close()
		for buf := make([]byte, 64<<10); ; {
			n, err := server.Read(buf)
			if n > 0 && answerless.Load() {
				c.after.Add(1)
				return
			}
			if _, failed := program.Write(buf[:n]); err != nil || failed != nil {
				return
			}
		}
	}()
	for buf := make([]byte, 64<<10); ; {
		n, err := program.Read(buf)
		switch c.choose(buf[:n]) {
		case cutBefore:
			c.before.Add(1)
			return
		case cutAfter:
			answerless.Store(true)
		}
		if _, failed := server.Write(buf[:n]); err != nil || failed != nil {
			return
		}
	}
}
