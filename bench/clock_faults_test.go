//go:build faults

package bench

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"
)

// shifted is added to the standard library's package time: what a file says, in seconds, is added to the wall clock, and not to the monotonic
// one, as when an administrator or a bad time server sets the clock of a running machine.
const shifted = `package time

import (
	"sync/atomic"
	"syscall"
	"unsafe"
)

var jump *int64

func init() {
	name, ok := syscall.Getenv("CLOCK_JUMP")
	if !ok {
		return
	}
	fd, err := syscall.Open(name, syscall.O_RDONLY, 0)
	if err != nil {
		panic(err)
	}
	page, err := syscall.Mmap(fd, 0, 8, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	jump = (*int64)(unsafe.Pointer(&page[0]))
}

func shift() int64 {
	if jump == nil {
		return 0
	}
	return atomic.LoadInt64(jump)
}
`

// clockScenarios are what a wrong clock of the host of worker and serve does. A Go program asks the kernel itself, so that nothing can be put
// between them; the programs are built with another time.Now instead.
func clockScenarios() []scenario {
	return []scenario{{"the clock of the programs' host jumps two hours, and back", func(f *fleet) {
		set := f.withClock()
		f.live(4, "Clock", func() {
			for _, off := range []time.Duration{2 * time.Hour, -2 * time.Hour, 0} {
				f.wait(5*time.Second, 15*time.Second)
				set(off)
				f.wait(20*time.Second, 30*time.Second)
				f.worker.kill(syscall.SIGKILL) // the next one has known no other time
				f.startFleetWorker()
			}
		})
		// A wait of three days of three seconds is the shortest between two mails.
		require.Zero(f.t, f.number(`select count(*) from (select at - lag(at) over (partition by partnership_id order by at) as apart from messages m
			join partnerships p on p.id = m.partnership_id where p.campaign_id = $1 and m.direction = 'out' and m.kind = 'outreach') x where apart < interval '9 seconds'`,
			f.campaign), "follow-ups that are early")
		for _, off := range []time.Duration{2 * time.Hour, -2 * time.Hour} {
			payouts := f.owed(3, "Paid")
			before := f.number(`select count(*) from webhook_inbox where provider = 'stripe'`)
			set(off)
			f.paid(payouts, func() {})
			require.GreaterOrEqual(f.t, f.number(`select count(*) from webhook_inbox where provider = 'stripe'`), before+payouts, "Stripe's events are taken")
			for _, base := range []string{f.url, f.metrics} {
				until(f.t, 2*time.Minute, "the skew to be shown", func(context.Context) bool {
					return math.Abs(f.figures(base)["rapport_clock_skew_seconds"]-off.Seconds()) < 5
				})
			}
			set(0)
		}
	}}}
}

// withClock has worker and serve run with a clock that can be set off, which what it answers does.
func (f *fleet) withClock() (set func(off time.Duration)) {
	f.t.Helper()
	dir := f.t.TempDir()
	source := filepath.Join(runtime.GOROOT(), "src", "time") //nolint:staticcheck // the tests run where they are built
	text, err := os.ReadFile(filepath.Join(source, "time.go"))
	require.NoError(f.t, err)
	const before = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	require.Equal(f.t, 1, strings.Count(string(text), before), "this version of Go reads its clock elsewhere")
	files := map[string]string{
		"time.go": strings.Replace(string(text), before, before+"\tsec += shift()\n", 1), "shifted.go": shifted,
	}
	overlay := map[string]map[string]string{"Replace": {}}
	for name, text := range files {
		require.NoError(f.t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		overlay["Replace"][filepath.Join(source, name)] = filepath.Join(dir, name)
	}
	raw, err := json.Marshal(overlay)
	require.NoError(f.t, err)
	require.NoError(f.t, os.WriteFile(filepath.Join(dir, "overlay.json"), raw, 0o600))
	build := exec.CommandContext(f.t.Context(), "go", "build", "-buildvcs=false", "-tags", "faults", "-overlay", filepath.Join(dir, "overlay.json"), "-o", filepath.Join(dir, "rapport"), "./cmd/rapport")
	build.Dir = repository(f.root)
	out, err := build.CombinedOutput()
	require.NoError(f.t, err, "%s", out)

	clock := filepath.Join(dir, "clock")
	set = func(off time.Duration) {
		page := make([]byte, 8)
		binary.NativeEndian.PutUint64(page, uint64(int64(off/time.Second)))
		file, err := os.OpenFile(clock, os.O_WRONLY|os.O_CREATE, 0o600) // in place: the programs have mapped it
		require.NoError(f.t, err)
		_, err = file.WriteAt(page, 0)
		require.NoError(f.t, err)
		require.NoError(f.t, file.Close())
	}
	set(0)
	bin, env := f.bin, f.env
	f.bin, f.env = dir, append([]string{"CLOCK_JUMP=" + clock}, env...)
	restart := func() {
		f.worker.kill(syscall.SIGKILL)
		f.serve.kill(syscall.SIGKILL)
		f.startServe()
		f.startFleetWorker()
	}
	restart()
	f.t.Cleanup(func() {
		f.bin, f.env = bin, env
		restart()
	})
	return set
}
