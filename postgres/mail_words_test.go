package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

// tagsOf are the merge tags of a text.
func tagsOf(text string) []string {
	_, tags := rapport.Render(text, nil)
	if strings.Contains(text, "{{"+rapport.PortalTag+"}}") {
		tags = append(tags, rapport.PortalTag)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

func TestEveryMailToCreatorsIsThereInEveryLanguage(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	rows, err := d.owner.Query(t.Context(), `select distinct on (name) name, subject, body from templates where brand_id is null and name not like 'review\_%' order by name, version desc`)
	require.NoError(t, err)
	defer rows.Close()
	count := 0
	for rows.Next() {
		var name, subject, body string
		require.NoError(t, rows.Scan(&name, &subject, &body))
		count++
		s, b, ok := rapport.WordsIn("de").Mail(name)
		require.True(t, ok, "%s is not there in German", name)
		require.Equal(t, tagsOf(subject), tagsOf(s), "the subject of %s", name)
		require.Equal(t, tagsOf(body), tagsOf(b), name)
	}
	require.NoError(t, rows.Err())
	require.Greater(t, count, 25)
}

func TestTheMailOfAnAmendmentSaysThatItIsOne(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	d.exec(t, `insert into contacts (id, creator_id, role, email) select $1, creator_id, 'creator', 'lens@mail.example' from partnerships where id = $2`, newID(), d.partnership)
	amendment := newID()
	d.exec(t, `insert into contracts (id, number, partnership_id, brand_id, term, version, state, body, body_sha256, fee, currency, terms, amends, amendment, changes, adds)
		select $1, number || '-A1', partnership_id, brand_id, term, version + 1, 'internal_approval', body, body_sha256, fee, currency, terms, id, 1, '{}', 0
		from contracts where partnership_id = $2`, amendment, d.partnership)
	draft := func(key, template string) rapport.MailDraft {
		m, err := d.worker.PrepareMail(t.Context(), rapport.MailOrder{Key: key, Template: template, BrandID: d.brand, PartnershipID: d.partnership, Ref: amendment, Kind: rapport.MailTransactional})
		require.NoError(t, err)
		for _, tag := range tagsOf(m.Subject + m.Body) {
			require.True(t, tag == rapport.PortalTag || m.Values[tag] != "", tag)
		}
		return m
	}
	m := draft("a", "contract")
	require.Equal(t, "A change to your contract {{contract.amends}} is ready to sign", m.Subject)
	require.Equal(t, m.Values["contract.amends"]+"-A1", m.Values["contract.number"])
	require.Contains(t, draft("b", "contract_elsewhere").Body, "do not hand it on")
	require.Contains(t, draft("c", "contract_reminder").Subject, "The change to your contract")
	d.exec(t, `update creators set locale = 'de'`)
	require.Contains(t, draft("d", "contract").Subject, "Nachtrag")
	d.exec(t, `insert into templates (id, version, brand_id, name, subject, body) values ($1, 1, $2, 'contract', 'Ours', 'As we wrote it')`, newID(), d.brand)
	require.Equal(t, "Ours", draft("e", "contract").Subject)
}

func TestMailsGoOutInTheCreatorsLanguageUnlessTheBrandWroteThem(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	draft := func(key string) rapport.MailDraft {
		m, err := d.worker.PrepareMail(t.Context(), rapport.MailOrder{
			Key: key, Template: "draft_reminder", BrandID: d.brand, PartnershipID: d.partnership, Ref: d.deliverable, Kind: rapport.MailTransactional,
		})
		require.NoError(t, err)
		return m
	}
	d.exec(t, `update deliverables set draft_due_at = '2026-03-02 10:00Z' where id = $1`, d.deliverable)
	d.exec(t, `insert into contacts (id, creator_id, role, email) select $1, creator_id, 'creator', 'lens@mail.example' from partnerships where id = $2`, newID(), d.partnership)
	require.Contains(t, draft("a").Subject, "is due soon")
	d.exec(t, `update creators set language = 'de-AT'`)
	require.Contains(t, draft("spoken").Subject, "ist bald fällig", "nobody chose, and they are known to speak German")
	d.exec(t, `update creators set locale = 'en'`)
	require.Contains(t, draft("chosen").Subject, "is due soon")
	d.exec(t, `update creators set locale = 'de'`)
	m := draft("b")
	require.Equal(t, `Dein Entwurf von „{{deliverable.title}}“ ist bald fällig`, m.Subject)
	require.Equal(t, "2. März 2026, 11:00 MEZ", m.Values["deliverable.draft_due"], "where most of Germany live")
	d.exec(t, `update creators set zone = 'America/New_York'`)
	require.Equal(t, "2. März 2026, 05:00 EST", draft("zone").Values["deliverable.draft_due"])
	d.exec(t, `insert into templates (id, version, brand_id, name, subject, body) values ($1, 1, $2, 'draft_reminder', 'Ours', 'As we wrote it')`, newID(), d.brand)
	require.Equal(t, "Ours", draft("c").Subject)
}
