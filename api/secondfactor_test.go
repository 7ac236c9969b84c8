package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/postgres/pgtest"
)

// enrolled sets an authenticator up and answers its secret with the recovery codes. The first code that it shows is used.
func (w world) enrolled(t *testing.T, email string) (secret string, recovery []string) {
	t.Helper()
	c := w.as(t, email)
	begun := c.send(t, "POST", "/v1/session/second-factor", nil)
	require.Equal(t, 201, begun.status, "%s", begun.body)
	secret = begun.text("secret")
	a := c.send(t, "POST", "/v1/session/second-factor/confirm", map[string]string{"code": codeOf(t, secret, 0)})
	require.Equal(t, 200, a.status, "%s", a.body)
	var made struct{ Codes []string }
	a.into(t, &made)
	return secret, made.Codes
}

func code(text string) map[string]string { return map[string]string{"code": text} }

func TestSecondFactorIsSetUpWithItsFirstCode(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.as(t, "ops@one.example")
	const page = "/v1/session/second-factor"
	require.Equal(t, 403, c.send(t, "POST", page+"/confirm", code("123456")).status, "nothing is begun")
	first := c.send(t, "POST", page, nil)
	require.True(t, strings.HasPrefix(first.text("picture"), "data:image/png;base64,"))
	require.Contains(t, first.text("uri"), "otpauth://totp/Rapport:ops@one.example")
	begun := c.send(t, "POST", page, nil)
	secret := begun.text("secret")
	require.NotEqual(t, first.text("secret"), secret)
	require.Equal(t, []string{"code wrong_code"}, c.send(t, "POST", page+"/confirm", code(codeOf(t, first.text("secret"), 0))).fields(t), "what was begun before is given up")
	require.Equal(t, []string{"code wrong_code"}, c.send(t, "POST", page+"/confirm", code(codeOf(t, secret, 3))).fields(t), "a code of another time")
	require.Equal(t, 403, c.send(t, "POST", "/v1/session/step-up", code(codeOf(t, secret, 0))).status, "what is begun proves nothing")

	a := c.send(t, "POST", page+"/confirm", code(" "+codeOf(t, secret, 0)[:3]+" "+codeOf(t, secret, 0)[3:]))
	require.Equal(t, 200, a.status, "%s", a.body)
	var made struct{ Codes []string }
	a.into(t, &made)
	require.Len(t, made.Codes, 10)
	require.Equal(t, 409, c.send(t, "POST", page, nil).status, "one at a time")
	sealed := one[[]byte](t, d, `select secret from second_factors where confirmed_at is not null`)
	require.NotContains(t, string(sealed), secret)
	require.Zero(t, one[int](t, d, `select count(*) from recovery_codes where position($1::bytea in code_hash) > 0`, []byte(made.Codes[0])))
	require.Equal(t, "true", one[string](t, d, `select (count(*) = 1)::text from step_ups where method = 'totp'`), "the first code is a proof")
	require.NotEmpty(t, c.send(t, "GET", "/v1/session", nil).text("proved_at"))

	var people struct {
		Items []struct {
			Email        string
			SecondFactor bool `json:"second_factor"`
		}
	}
	d.as(t, "admin@one.example").send(t, "GET", "/v1/users?limit=200", nil).into(t, &people)
	for _, p := range people.Items {
		require.Equal(t, p.Email == "ops@one.example", p.SecondFactor, p.Email)
	}
}

func TestACodeProvesOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	if old := time.Duration(time.Now().UnixNano()) % (30 * time.Second); old > 15*time.Second {
		<-time.After(30*time.Second - old) // the first code is to be the present one until it is given again
	}
	secret, recovery := d.enrolled(t, "ops@one.example")
	c := d.as(t, "ops@one.example")
	const up = "/v1/session/step-up"
	require.Equal(t, []string{"code code_used"}, c.send(t, "POST", up, code(codeOf(t, secret, 0))).fields(t), "it was the first one")
	require.Equal(t, 200, c.send(t, "POST", up, code(codeOf(t, secret, 1))).status)
	require.Equal(t, []string{"code code_used"}, c.send(t, "POST", up, code(codeOf(t, secret, 1))).fields(t))
	require.Equal(t, 200, c.send(t, "POST", up, code(strings.ToUpper(recovery[0]))).status)
	require.Equal(t, []string{"code wrong_code"}, c.send(t, "POST", up, code(recovery[0])).fields(t))
	require.Equal(t, 9, one[int](t, d, `select count(*) from recovery_codes where used_at is null`))

	require.Equal(t, 200, c.send(t, "POST", "/v1/session/second-factor/recovery-codes", code(recovery[1])).status)
	require.Equal(t, []string{"code wrong_code"}, c.send(t, "POST", up, code(recovery[2])).fields(t), "new ones make the others worthless")

	// Whoever else has a right code of somebody else proves nothing with it.
	other, _ := d.enrolled(t, "legal@one.example")
	require.Equal(t, []string{"code wrong_code"}, c.send(t, "POST", up, code(codeOf(t, other, -1))).fields(t))
	_, err := d.owner.Exec(t.Context(), `insert into step_ups (id, user_id, factor_id, method)
		select gen_random_uuid(), $1, id, 'recovery_code' from second_factors where user_id = $2 and confirmed_at is not null`,
		d.users["ops@one.example"], d.users["legal@one.example"])
	require.ErrorContains(t, err, "not theirs")
}

func TestWrongCodesAreThrottled(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	secret, _ := d.enrolled(t, "ops@one.example")
	c := d.as(t, "ops@one.example")
	for range 5 {
		require.Equal(t, 422, c.send(t, "POST", "/v1/session/step-up", code("not one")).status)
	}
	a := c.send(t, "POST", "/v1/session/step-up", code(codeOf(t, secret, 1)))
	require.Equal(t, 429, a.status, "even a right one")
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Equal(t, 429, d.anon().send(t, "POST", "/v1/session", map[string]string{"email": "ops@one.example", "password": password, "code": codeOf(t, secret, 1)}).status)
	d.sql(t, `update signin_attempts set at = at - interval '16 minutes'`)
	require.Equal(t, 200, c.send(t, "POST", "/v1/session/step-up", code(codeOf(t, secret, 1))).status)
	require.Zero(t, one[int](t, d, `select count(*) from signin_attempts where subject like 'code/%'`), "a right one forgets the wrong ones")
}

func TestSignInAsksForTheCode(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	secret, _ := d.enrolled(t, "ops@one.example")
	in := func(password, code string) answer {
		body := map[string]string{"email": "ops@one.example", "password": password}
		if code != "" {
			body["code"] = code
		}
		return d.anon().send(t, "POST", "/v1/session", body)
	}
	a := in("a wrong one", codeOf(t, secret, 1))
	require.Equal(t, 401, a.status)
	require.Equal(t, "wrong_credentials", a.text("code"), "nobody learns by a code whether the password is right")
	a = in(password, "")
	require.Equal(t, 401, a.status)
	require.Equal(t, "second_factor_required", a.text("code"))
	before := one[int](t, d, `select count(*) from sessions`)
	require.Equal(t, []string{"code wrong_code"}, in(password, "000000").fields(t))
	require.Equal(t, []string{"code code_used"}, in(password, codeOf(t, secret, 0)).fields(t))
	require.Equal(t, before, one[int](t, d, `select count(*) from sessions`), "none is begun")
	a = in(password, codeOf(t, secret, 1))
	require.Equal(t, 200, a.status, "%s", a.body)
	require.NotEmpty(t, a.text("proved_at"), "who signs in with a code has proved it")
}

func TestSecondFactorIsTakenAway(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, recovery := d.enrolled(t, "ops@one.example")
	c := d.as(t, "ops@one.example")
	require.Equal(t, 422, c.send(t, "POST", "/v1/session/second-factor/remove", code("000000")).status)
	require.Equal(t, 204, c.send(t, "POST", "/v1/session/second-factor/remove", code(recovery[0])).status)
	require.Equal(t, 403, c.send(t, "POST", "/v1/session/step-up", code(recovery[1])).status)
	require.Zero(t, one[int](t, d, `select count(*) from second_factors where secret is not null`), "with its secret")

	secret, _ := d.enrolled(t, "ops@one.example")
	reset := func(email string) string { return "/v1/users/" + d.users[email].String() + "/second-factor/reset" }
	admin := d.as(t, "admin@one.example")
	a := admin.keyed().send(t, "POST", reset("ops@one.example"), nil)
	require.Equal(t, 403, a.status)
	require.Equal(t, "second_factor_missing", a.text("code"), "who takes one away has one")
	admin = d.proved(t, "admin@one.example")
	require.Equal(t, 403, admin.keyed().send(t, "POST", reset("admin@one.example"), nil).status, "not one's own")
	require.Equal(t, 404, d.proved(t, "admin@two.example").keyed().send(t, "POST", reset("ops@one.example"), nil).status)
	require.Equal(t, 403, d.as(t, "finance_releaser@one.example").keyed().send(t, "POST", reset("ops@one.example"), nil).status)
	require.Equal(t, 409, admin.keyed().send(t, "POST", reset("guest@one.example"), nil).status)
	require.Equal(t, 200, admin.keyed().send(t, "POST", reset("ops@one.example"), nil).status)
	require.Equal(t, 401, c.send(t, "GET", "/v1/session", nil).status, "their sessions end")
	require.Equal(t, 1, one[int](t, d, `select count(*) from audit_log where action = 'second_factor.reset' and actor = $1 and subject = $2`,
		d.users["admin@one.example"], d.users["ops@one.example"]))
	require.Equal(t, []string{"admin", "finance_preparer", "finance_releaser"}, one[[]string](t, d, `select array_agg(owner_role order by owner_role) from tasks where kind = 'second_factor_reset'`))
	again := map[string]string{"email": "ops@one.example", "password": password, "code": codeOf(t, secret, 1)}
	require.Equal(t, 200, d.anon().send(t, "POST", "/v1/session", again).status, "the password alone opens again")
}

func TestReleaseNeedsAFreshProof(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path, body := "/v1/payouts/"+d.payout.String()+"/approvals", map[string]any{"part": "releaser", "amount": eur(40000)}
	releaser := d.as(t, "finance_releaser@one.example")
	a := releaser.keyed().send(t, "POST", path, body)
	require.Equal(t, 403, a.status)
	require.Equal(t, "second_factor_missing", a.text("code"))

	secret, _ := d.enrolled(t, "finance_releaser@one.example")
	old := pgtest.StepUp(t, d.owner, d.users["finance_releaser@one.example"], 301*time.Second)
	d.sql(t, `update sessions set step_up_id = $1 where user_id = $2`, old, d.users["finance_releaser@one.example"])
	keyed := releaser.keyed()
	a = keyed.send(t, "POST", path, body)
	require.Equal(t, 403, a.status)
	require.Equal(t, "second_factor_required", a.text("code"))
	var token struct{ Secret string }
	releaser.send(t, "POST", "/v1/tokens", map[string]any{"name": "program"}).into(t, &token)
	a = d.anon().with("Authorization", "Bearer "+token.Secret).keyed().send(t, "POST", path, body)
	require.Equal(t, 403, a.status)
	require.Equal(t, "person_required", a.text("code"))
	require.Equal(t, 403, d.anon().with("Authorization", "Bearer "+token.Secret).send(t, "POST", "/v1/session/step-up", code(codeOf(t, secret, 1))).status)
	require.Zero(t, one[int](t, d, `select count(*) from payout_approvals`))

	require.Equal(t, 200, releaser.send(t, "POST", "/v1/session/step-up", code(codeOf(t, secret, 1))).status)
	a = keyed.send(t, "POST", path, body)
	require.Equal(t, 200, a.status, "the same key goes on with what was asked: %s", a.body)
	require.Equal(t, "totp", one[string](t, d, `select proved_with from payout_approvals where proved_at = (select max(at) from step_ups)`))
	require.Len(t, d.flows.commands(), 1)
}

// TestTheDatabaseWantsTheProofItself writes approvals as the API could, past its handlers.
func TestTheDatabaseWantsTheProofItself(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	releaser, other := d.users["finance_releaser@one.example"], d.users["both@one.example"]
	approve := func(part string, who, proof any) error {
		_, err := d.owner.Exec(t.Context(), `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id, proved_at)
			select gen_random_uuid(), id, brand_id, round, $2, $3, amount, currency, destination, $4, now() from payouts where id = $1`, d.payout, part, who, proof)
		return err
	}
	const stale = "at most five minutes old"
	require.ErrorContains(t, approve("releaser", releaser, nil), stale)
	require.ErrorContains(t, approve("releaser", releaser, pgtest.StepUp(t, d.owner, releaser, 301*time.Second)), stale)
	require.ErrorContains(t, approve("releaser", releaser, pgtest.StepUp(t, d.owner, releaser, -time.Minute)), stale, "nor from the future")
	require.ErrorContains(t, approve("releaser", releaser, pgtest.StepUp(t, d.owner, other, 0)), "another person")
	right := pgtest.StepUp(t, d.owner, releaser, 290*time.Second)
	d.sql(t, `update second_factors set removed_at = now(), secret = null where user_id = $1`, releaser)
	require.ErrorContains(t, approve("releaser", releaser, right), stale, "what was taken away proves nothing")
	right = pgtest.StepUp(t, d.owner, releaser, 290*time.Second)
	require.NoError(t, approve("releaser", releaser, right))
	require.ErrorContains(t, approve("releaser", other, pgtest.StepUp(t, d.owner, other, 0)), "approved already")
	require.NoError(t, approve("preparer", d.users["finance_preparer@one.example"], nil), "a preparer proves only where the brand says so")
	_, err := d.owner.Exec(t.Context(), `update step_ups set at = now()`)
	require.ErrorContains(t, err, "append-only")
}
