package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

type shownDate struct {
	ID     uuid.UUID `json:"id"`
	Kind   string    `json:"kind"`
	State  string    `json:"state"`
	Number string    `json:"number"`

	MayExtend bool `json:"may_extend"`
	Assets    []struct {
		Name string `json:"name"`
	} `json:"assets"`
}

// keyDate writes a key date as its workflow does.
func (d *desk) keyDate(t *testing.T, kind, state string, at time.Time) uuid.UUID {
	t.Helper()
	assets := []uuid.UUID{d.deliverable}
	if kind == rapport.KeyOption { // a date of the contract itself
		assets = nil
	}
	date, contract := id(), one[uuid.UUID](t, d, `select id from contracts where partnership_id = $1 and amends is null`, d.partnership)
	seq := one[int64](t, d, `select coalesce(max(seq), 0) from workflow_snapshots where workflow_id = $1`, "partnership/"+d.partnership.String())
	require.NoError(t, d.worker.ApplyBatch(t.Context(), rapport.Batch{
		Kind: "partnership", WorkflowType: "Partnership", ID: d.partnership, BrandID: d.world.one, PartnershipID: d.partnership, Seq: seq, Now: time.Now(), Snapshot: json.RawMessage(`{}`),
		View:   rapport.View{State: "active", Term: 1, Renewal: rapport.RenewalNotDue, Timers: []rapport.Timer{}, Waiting: []rapport.Waiting{}, Commands: []rapport.CommandView{}},
		Record: rapport.Record{Changes: []rapport.Change{{Noun: "key_date", ID: date, State: state, Code: kind, Ref: contract, Due: at, Assets: assets}}},
	}))
	return date
}

func (d *desk) keyDates(t *testing.T, who, query string) (list []shownDate) {
	t.Helper()
	var answer struct {
		Items []shownDate `json:"items"`
	}
	a := d.as(t, who).send(t, "GET", "/v1/key-dates?"+query, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.NoError(t, json.Unmarshal(a.body, &answer))
	return answer.Items
}

func TestKeyDatesAreListedByTheirDay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t) // its notice date in 70 days, its end in 100
	rights := d.keyDate(t, rapport.KeyUsageRights, rapport.KeyOpen, time.Now().Add(40*rapport.Day))
	d.keyDate(t, rapport.KeyUsageRights, rapport.KeyMoved, time.Now().Add(10*rapport.Day))
	ended := d.keyDate(t, rapport.KeyExclusivity, rapport.KeyEnded, time.Now().Add(-10*rapport.Day))
	kinds := func(list []shownDate) (kinds []string) {
		for _, k := range list {
			kinds = append(kinds, k.Kind)
		}
		return kinds
	}
	all := d.keyDates(t, "auditor@one.example", "partnership_id="+d.partnership.String())
	require.Equal(t, []string{"rights_end", "renewal_notice", "term_end"}, kinds(all))
	require.Equal(t, rights, all[0].ID)
	require.Equal(t, one[string](t, d, `select title from deliverables where id = $1`, d.deliverable), all[0].Assets[0].Name)
	require.NotEmpty(t, all[0].Number)
	require.Equal(t, ended, d.keyDates(t, "ops@one.example", "state=ended")[0].ID)
	require.Equal(t, []string{"term_end"}, kinds(d.keyDates(t, "ops@one.example", "kind=term_end")))
	require.Equal(t, []string{"rights_end"}, kinds(d.keyDates(t, "ops@one.example", "to="+time.Now().Add(60*rapport.Day).Format(time.DateOnly)+"&from="+time.Now().Format(time.DateOnly))))
	require.Empty(t, d.keyDates(t, "ops@two.example", "partnership_id="+d.partnership.String()))
	d.sql(t, `update partnerships set renewal_state = 'lapsed' where id = $1`, d.partnership)
	require.Equal(t, []string{"rights_end", "term_end"}, kinds(d.keyDates(t, "ops@one.example", "partnership_id="+d.partnership.String())), "what is decided has no last day")
	d.sql(t, `update partnerships set stage = 'lapsed' where id = $1`, d.partnership)
	require.Equal(t, []string{"rights_end"}, kinds(d.keyDates(t, "ops@one.example", "partnership_id="+d.partnership.String())), "rights outlive the term")

	a := d.as(t, "ops@one.example").send(t, "GET", "/v1/key-dates?from=2027-01-02&to=2027-01-01", nil)
	require.Equal(t, []string{"to before_start"}, a.fields(t))
	from := time.Now().Format(time.DateOnly)
	require.Contains(t, string(d.as(t, "ops@one.example").send(t, "GET", "/v1/calendar?from="+from+"&to="+time.Now().Add(50*rapport.Day).Format(time.DateOnly), nil).body), `"kind":"rights_end"`)
}

func TestAKeyDateIsDecided(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	date := d.keyDate(t, rapport.KeyUsageRights, rapport.KeyOpen, time.Now().Add(40*rapport.Day))
	decide := func(who string, body map[string]any) answer {
		return d.as(t, who).keyed().send(t, "POST", "/v1/key-dates/"+date.String()+"/decide", body)
	}
	require.Equal(t, 403, decide("auditor@one.example", map[string]any{"decision": "let_end"}).status)
	require.Equal(t, 404, decide("ops@two.example", map[string]any{"decision": "let_end"}).status)
	require.Equal(t, 422, decide("ops@one.example", map[string]any{"decision": "sell"}).status)
	a := decide("ops@one.example", map[string]any{"decision": "let_end", "reason": "Not used any more"})
	require.Equal(t, 204, a.status, "%s", a.body)
	require.Equal(t, 204, decide("admin@one.example", map[string]any{"decision": "renegotiating"}).status, "whom one that nobody decides on comes to")
	cmd := d.flows.commands()[0]
	require.Equal(t, []any{rapport.CmdDecideKeyDate, date, "let_end"}, []any{cmd.Kind, cmd.Ref, cmd.Code})
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from messages where partnership_id = $1 and body_text = 'Not used any more'`, d.partnership))
}
