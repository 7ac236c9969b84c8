package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rapport"
	"rapport/postgres/gen"
)

// creatorRow is a creator without its parts; every query of creators gives the same columns.
type creatorRow = gen.GetCreatorsRow

// ListCreators lists creators by name. Words are looked for in names, handles and addresses.
func (s *Store) ListCreators(ctx context.Context, words, country, tag string, page rapport.Page) ([]rapport.Creator, []string, error) {
	params := gen.ListCreatorsParams{Country: orNil(country), Tag: orNil(tag), Pattern: pattern(words), MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterName, params.AfterID, err = afterName(page); err != nil {
		return nil, nil, err
	}
	var next []string
	creators, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Creator, error) {
		found, err := s.q.ListCreators(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		if len(found) > page.Limit {
			found = found[:page.Limit]
			last := found[len(found)-1]
			next = []string{last.SortName, last.ID.String()}
		}
		rows := make([]creatorRow, len(found))
		for i, r := range found {
			rows[i] = creatorRow(r)
		}
		return s.creators(ctx, tx, rows)
	})
	return creators, next, err
}

// Creator finds one creator.
func (s *Store) Creator(ctx context.Context, id uuid.UUID) (rapport.Creator, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Creator, error) { return s.creator(ctx, tx, id) })
}

func (s *Store) creator(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.Creator, error) {
	rows, err := s.q.GetCreators(ctx, tx, []uuid.UUID{id})
	if err != nil {
		return rapport.Creator{}, err
	}
	if len(rows) == 0 {
		return rapport.Creator{}, pgx.ErrNoRows
	}
	creators, err := s.creators(ctx, tx, rows)
	if err != nil {
		return rapport.Creator{}, err
	}
	return creators[0], nil
}

// standing is a creator who did not become part of another one: conflict for one who did, because nothing more happens there.
func (s *Store) standing(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.Creator, error) {
	c, err := s.creator(ctx, tx, id)
	if err == nil && c.MergedInto != uuid.Nil {
		err = &rapport.Error{Code: rapport.CodeConflict, Reason: "merged", Message: "This creator became part of another one. Nothing was saved; change the other one."}
	}
	return c, err
}

// creators adds accounts, contacts and the count of partnerships to rows, in their order.
func (s *Store) creators(ctx context.Context, tx pgx.Tx, rows []creatorRow) ([]rapport.Creator, error) {
	creators, ids, at := make([]rapport.Creator, len(rows)), make([]uuid.UUID, len(rows)), make(map[uuid.UUID]int, len(rows))
	for i, r := range rows {
		ids[i], at[r.ID] = r.ID, i
		creators[i] = rapport.Creator{
			ID: r.ID, Name: r.Name, Country: text(r.Country), Zone: text(r.Zone), Language: text(r.Language), Locale: r.Locale, Tags: r.Tags,
			DoNotContact: r.DoNotContactAt != nil, DoNotContactReason: text(r.DoNotContactReason),
			Banned: r.BannedAt != nil, BannedReason: text(r.BannedReason), PayeeState: r.PayeeState, Version: int(r.Version), CreatedAt: r.CreatedAt,
		}
		if r.MergedInto != nil {
			creators[i].MergedInto = *r.MergedInto
		}
	}
	accounts, err := s.q.ListAccountsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		account := rapport.SocialAccount{ID: a.ID, Platform: a.Platform, Handle: a.Handle, PlatformID: text(a.PlatformID), URL: text(a.Url)}
		if a.Followers >= 0 {
			account.Followers, account.FollowersAsOf = &a.Followers, &a.AsOf
		}
		c := &creators[at[a.CreatorID]]
		c.Accounts = append(c.Accounts, account)
	}
	contacts, err := s.q.ListContactsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, k := range contacts {
		c := &creators[at[k.CreatorID]]
		c.Contacts = append(c.Contacts, rapport.Contact{ID: k.ID, Role: k.Role, Name: text(k.Name), Email: k.Email})
	}
	counts, err := s.q.CountPartnershipsOf(ctx, tx, gen.CountPartnershipsOfParams{Creators: ids, Brands: rapport.BrandsFrom(ctx)})
	for _, n := range counts {
		creators[at[n.CreatorID]].PartnershipsInScope = int(n.N)
	}
	return creators, err
}

// CreateCreator adds a creator in normal form. today is the day of follower counts that came without one.
func (s *Store) CreateCreator(ctx context.Context, c rapport.Creator, today time.Time) (rapport.Creator, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Creator, error) {
		c.ID = newID()
		if err := s.q.CreateCreator(ctx, tx, gen.CreateCreatorParams{
			ID: c.ID, Name: c.Name, Country: c.Country, Zone: c.Zone, Language: c.Language, Locale: c.Locale, Tags: noNil(c.Tags),
		}); err != nil {
			return rapport.Creator{}, err
		}
		if err := s.writeParts(ctx, tx, rapport.Creator{}, c, today); err != nil {
			return rapport.Creator{}, err
		}
		return s.creator(ctx, tx, c.ID)
	})
}

// EditCreator writes a creator whose version is the one last read; stale when somebody else was faster. Accounts and contacts
// become exactly those given. What has a history, such as a contact who signed, cannot be taken away: conflict.
func (s *Store) EditCreator(ctx context.Context, c rapport.Creator, today time.Time) (rapport.Creator, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Creator, error) {
		if _, err := s.q.LockCreator(ctx, tx, c.ID); err != nil {
			return rapport.Creator{}, err
		}
		before, err := s.standing(ctx, tx, c.ID)
		if err != nil {
			return rapport.Creator{}, err
		}
		if _, err := s.q.UpdateCreator(ctx, tx, gen.UpdateCreatorParams{
			ID: c.ID, Version: int32(c.Version), Name: c.Name, Country: c.Country, Zone: c.Zone, Language: c.Language, Locale: c.Locale, Tags: noNil(c.Tags),
		}); err != nil {
			return rapport.Creator{}, stale(err)
		}
		if err := s.writeParts(ctx, tx, before, c, today); err != nil {
			return rapport.Creator{}, err
		}
		return s.creator(ctx, tx, c.ID)
	})
}

// writeParts makes accounts and contacts what they are in c.
func (s *Store) writeParts(ctx context.Context, tx pgx.Tx, before, c rapport.Creator, today time.Time) error {
	if err := s.writeAccounts(ctx, tx, before.Accounts, c, today); err != nil {
		return err
	}
	for _, k := range before.Contacts {
		if !slices.ContainsFunc(c.Contacts, func(n rapport.Contact) bool { return n.Email == k.Email }) {
			if err := s.q.DeleteContact(ctx, tx, k.ID); err != nil {
				return kept(err, "contacts", "This address has signed or was sent links, so it stays.")
			}
		}
	}
	var added []gen.CreateContactsParams
	for _, k := range c.Contacts {
		i := slices.IndexFunc(before.Contacts, func(o rapport.Contact) bool { return o.Email == k.Email })
		if i < 0 {
			added = append(added, gen.CreateContactsParams{ID: newID(), CreatorID: c.ID, Role: k.Role, Name: orNil(k.Name), Email: k.Email})
		} else if err := s.q.UpdateContact(ctx, tx, gen.UpdateContactParams{ID: before.Contacts[i].ID, Role: k.Role, Name: k.Name}); err != nil {
			return err
		}
	}
	if len(added) == 0 {
		return nil
	}
	if _, err := s.q.CreateContacts(ctx, tx, added); err != nil {
		return err
	}
	return s.q.CloseAddressTask(ctx, tx, c.ID)
}

func (s *Store) writeAccounts(ctx context.Context, tx pgx.Tx, before []rapport.SocialAccount, c rapport.Creator, today time.Time) error {
	same := func(a, b rapport.SocialAccount) bool {
		return a.Platform == b.Platform && (strings.EqualFold(a.Handle, b.Handle) || (a.PlatformID != "" && a.PlatformID == b.PlatformID))
	}
	for _, a := range before {
		if !slices.ContainsFunc(c.Accounts, func(n rapport.SocialAccount) bool { return same(a, n) }) {
			if err := s.q.DeleteAccount(ctx, tx, a.ID); err != nil {
				return kept(err, "accounts", "This account has follower counts, so it stays.")
			}
		}
	}
	var added []gen.CreateAccountsParams
	var counts gen.UpsertFollowersParams
	for _, a := range c.Accounts {
		i := slices.IndexFunc(before, func(o rapport.SocialAccount) bool { return same(a, o) })
		if i < 0 {
			a.ID = newID()
			added = append(added, gen.CreateAccountsParams{ID: a.ID, CreatorID: c.ID, Platform: a.Platform, Handle: a.Handle, PlatformID: orNil(a.PlatformID), Url: orNil(a.URL)})
		} else {
			a.ID = before[i].ID
			if err := s.q.UpdateAccount(ctx, tx, gen.UpdateAccountParams{ID: a.ID, Handle: a.Handle, PlatformID: a.PlatformID, Url: a.URL}); err != nil {
				return err
			}
			if a.FollowersAsOf == nil && a.Followers != nil && before[i].Followers != nil && *a.Followers == *before[i].Followers {
				continue
			}
		}
		if a.Followers != nil {
			day := today
			if a.FollowersAsOf != nil {
				day = *a.FollowersAsOf
			}
			counts.Accounts, counts.Days, counts.Followers = append(counts.Accounts, a.ID), append(counts.Days, day), append(counts.Followers, *a.Followers)
		}
	}
	if len(added) > 0 {
		if _, err := s.q.CreateAccounts(ctx, tx, added); err != nil {
			return err
		}
	}
	if len(counts.Accounts) == 0 {
		return nil
	}
	return s.q.UpsertFollowers(ctx, tx, counts)
}

// kept explains why something that others point to cannot be deleted.
func kept(err error, field, detail string) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "23503" {
		return &rapport.Error{
			Code: rapport.CodeConflict, Message: detail + " Nothing was saved.", Reason: "has_history", Err: err,
			Fields: []rapport.Field{{Path: field, Code: "has_history", Detail: detail}},
		}
	}
	return err
}

// SetDoNotContact sets or lifts do-not-contact.
func (s *Store) SetDoNotContact(ctx context.Context, id uuid.UUID, on bool, reason string, by uuid.UUID) (rapport.Creator, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Creator, error) {
		n, err := s.q.SetDoNotContact(ctx, tx, gen.SetDoNotContactParams{ID: id, OnList: on, Reason: reason})
		if err != nil {
			return rapport.Creator{}, err
		}
		if n == 0 {
			return s.standing(ctx, tx, id)
		}
		if err := s.audit(ctx, tx, by, "creator.do_not_contact", id, map[string]any{"set": on}); err != nil {
			return rapport.Creator{}, err
		}
		return s.creator(ctx, tx, id)
	})
}

// OpenPartnershipsOf lists the partnerships of a creator in the scope whose workflow still listens, with their brands.
func (s *Store) OpenPartnershipsOf(ctx context.Context, creator uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (map[uuid.UUID]uuid.UUID, error) {
		rows, err := s.q.OpenPartnershipsOf(ctx, tx, creator)
		brands := make(map[uuid.UUID]uuid.UUID, len(rows))
		for _, r := range rows {
			brands[r.ID] = r.BrandID
		}
		return brands, err
	})
}

// SetBan bans a creator or lifts the ban. The caller tells the partnerships, in the same transaction.
func (s *Store) SetBan(ctx context.Context, id uuid.UUID, banned bool, reason string, by uuid.UUID) (rapport.Creator, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Creator, error) {
		n, err := s.q.SetBan(ctx, tx, gen.SetBanParams{ID: id, Banned: banned, Reason: reason})
		if err != nil {
			return rapport.Creator{}, err
		}
		if n == 0 {
			return s.standing(ctx, tx, id)
		}
		if err := s.audit(ctx, tx, by, "creator.ban", id, map[string]any{"set": banned}); err != nil {
			return rapport.Creator{}, err
		}
		return s.creator(ctx, tx, id)
	})
}

// ImportCreators plans an import and, unless dry, applies it: all of it or nothing. Creators without an address become tasks
// of the brand's ops, due at the given time. Imports wait for each other.
func (s *Store) ImportCreators(ctx context.Context, sheet rapport.ImportSheet, o rapport.ImportOptions) (rapport.ImportPlan, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ImportPlan, error) {
		if !o.DryRun {
			if err := s.q.LockImports(ctx, tx); err != nil {
				return rapport.ImportPlan{}, err
			}
		}
		known, err := s.importKnown(ctx, tx, sheet)
		if err != nil {
			return rapport.ImportPlan{}, err
		}
		plan := rapport.PlanImport(sheet, known, o.Today)
		if o.DryRun || len(plan.Targets) == 0 {
			return plan, nil
		}
		return plan, s.applyImport(ctx, tx, plan, o)
	})
}

// importKnown reads what is kept about the creators that rows may mean.
func (s *Store) importKnown(ctx context.Context, tx pgx.Tx, sheet rapport.ImportSheet) (rapport.ImportKnown, error) {
	var handles gen.FindCreatorsByAccountsParams
	var platformIDs gen.FindCreatorsByPlatformIDsParams
	var emails []string
	for _, row := range sheet.Rows {
		if len(row.Problems) > 0 {
			continue
		}
		for _, a := range row.Creator.Accounts {
			handles.Platforms, handles.Handles = append(handles.Platforms, a.Platform), append(handles.Handles, strings.ToLower(a.Handle))
			if a.PlatformID != "" {
				platformIDs.Platforms, platformIDs.PlatformIds = append(platformIDs.Platforms, a.Platform), append(platformIDs.PlatformIds, a.PlatformID)
			}
		}
		for _, k := range row.Creator.Contacts {
			emails = append(emails, k.Email)
		}
	}
	byHandle, err := s.q.FindCreatorsByAccounts(ctx, tx, handles)
	if err != nil {
		return rapport.ImportKnown{}, err
	}
	byID, err := s.q.FindCreatorsByPlatformIDs(ctx, tx, platformIDs)
	if err != nil {
		return rapport.ImportKnown{}, err
	}
	byEmail, err := s.q.FindCreatorsByEmails(ctx, tx, emails)
	if err != nil {
		return rapport.ImportKnown{}, err
	}
	ids := slices.Concat(byHandle, byID, byEmail)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	known := rapport.ImportKnown{Entered: map[uuid.UUID]map[string]int64{}}
	if len(ids) == 0 {
		return known, nil
	}
	rows, err := s.q.GetCreators(ctx, tx, ids)
	if err != nil {
		return rapport.ImportKnown{}, err
	}
	slices.SortFunc(rows, func(a, b creatorRow) int { return slices.Compare(a.ID[:], b.ID[:]) })
	if known.Creators, err = s.creators(ctx, tx, rows); err != nil {
		return rapport.ImportKnown{}, err
	}
	counts, err := s.q.ListEnteredFollowers(ctx, tx, ids)
	for _, n := range counts {
		if known.Entered[n.AccountID] == nil {
			known.Entered[n.AccountID] = map[string]int64{}
		}
		known.Entered[n.AccountID][n.AsOf.Format(time.DateOnly)] = n.Followers
	}
	return known, err
}

func (s *Store) applyImport(ctx context.Context, tx pgx.Tx, plan rapport.ImportPlan, o rapport.ImportOptions) error {
	var w importWrites
	for _, t := range plan.Targets {
		w.add(t)
	}
	if _, err := s.q.CreateCreators(ctx, tx, w.creators); err != nil {
		return err
	}
	for _, u := range w.updates {
		if _, err := s.q.UpdateCreator(ctx, tx, u); err != nil {
			return stale(err)
		}
	}
	for _, u := range w.changed {
		if err := s.q.UpdateAccount(ctx, tx, u); err != nil {
			return err
		}
	}
	if _, err := s.q.CreateAccounts(ctx, tx, w.accounts); err != nil {
		return err
	}
	if _, err := s.q.CreateContacts(ctx, tx, w.contacts); err != nil {
		return err
	}
	if len(w.counts.Accounts) > 0 {
		if err := s.q.UpsertFollowers(ctx, tx, w.counts); err != nil {
			return err
		}
	}
	for _, id := range w.reached {
		if err := s.q.CloseAddressTask(ctx, tx, id); err != nil {
			return err
		}
	}
	if len(w.tasks.Ids) > 0 {
		w.tasks.BrandID, w.tasks.DueAt = o.Brand, o.TaskDue
		if err := s.q.CreateAddressTasks(ctx, tx, w.tasks); err != nil {
			return err
		}
	}
	counts := plan.Counts()
	return s.audit(ctx, tx, o.By, "creators.imported", uuid.Nil, map[string]any{"created": counts[rapport.VerdictCreate], "updated": counts[rapport.VerdictUpdate]})
}

// importWrites gathers the rows of an import, so that each table is written in one go.
type importWrites struct {
	creators []gen.CreateCreatorsParams
	updates  []gen.UpdateCreatorParams
	accounts []gen.CreateAccountsParams
	changed  []gen.UpdateAccountParams
	contacts []gen.CreateContactsParams
	counts   gen.UpsertFollowersParams
	tasks    gen.CreateAddressTasksParams
	reached  []uuid.UUID // known creators who have their first address now
}

func (w *importWrites) add(t *rapport.ImportTarget) {
	c := &t.Creator
	switch {
	case t.New:
		c.ID = newID()
		w.creators = append(w.creators, gen.CreateCreatorsParams{ID: c.ID, Name: c.Name, Country: orNil(c.Country), Zone: orNil(c.Zone), Language: orNil(c.Language), Tags: noNil(c.Tags)})
	case t.Changed:
		w.updates = append(w.updates, gen.UpdateCreatorParams{
			ID: c.ID, Version: int32(c.Version), Name: c.Name, Country: c.Country, Zone: c.Zone, Language: c.Language, Locale: c.Locale, Tags: noNil(c.Tags),
		})
	}
	for i := range t.Accounts {
		a := &t.Accounts[i]
		switch {
		case a.New:
			a.ID = newID()
			w.accounts = append(w.accounts, gen.CreateAccountsParams{ID: a.ID, CreatorID: c.ID, Platform: a.Platform, Handle: a.Handle, PlatformID: orNil(a.PlatformID), Url: orNil(a.URL)})
		case a.Changed:
			w.changed = append(w.changed, gen.UpdateAccountParams{ID: a.ID, Handle: a.Handle, PlatformID: a.PlatformID, Url: a.URL})
		}
		if a.Snapshot {
			w.counts.Accounts, w.counts.Days, w.counts.Followers = append(w.counts.Accounts, a.ID), append(w.counts.Days, *a.FollowersAsOf), append(w.counts.Followers, *a.Followers)
		}
	}
	for _, k := range t.NewContacts {
		w.contacts = append(w.contacts, gen.CreateContactsParams{ID: newID(), CreatorID: c.ID, Role: k.Role, Name: orNil(k.Name), Email: k.Email})
	}
	if len(t.NewContacts) > 0 && !t.New {
		w.reached = append(w.reached, c.ID)
	}
	if t.NeedsAddress {
		w.tasks.Ids, w.tasks.Creators = append(w.tasks.Ids, newID()), append(w.tasks.Creators, c.ID)
	}
}

// Search finds creators, partnerships, campaigns and contracts of the scope by words, the best few of each.
func (s *Store) Search(ctx context.Context, words string) ([]rapport.SearchHit, error) {
	const most = 8
	p := pattern(words)
	if p == nil {
		return nil, nil
	}
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.SearchHit, error) {
		var hits []rapport.SearchHit
		creators, err := s.q.SearchCreators(ctx, tx, gen.SearchCreatorsParams{Pattern: *p, Prefix: (*p)[1:], MaxRows: most})
		if err != nil {
			return nil, err
		}
		for _, r := range creators {
			hits = append(hits, rapport.SearchHit{Noun: "creator", ID: r.ID, Title: r.Name, Subtitle: r.Subtitle})
		}
		partnerships, err := s.q.SearchPartnerships(ctx, tx, gen.SearchPartnershipsParams{Brands: rapport.BrandsFrom(ctx), Pattern: *p, MaxRows: most})
		if err != nil {
			return nil, err
		}
		for _, r := range partnerships {
			hits = append(hits, rapport.SearchHit{Noun: "partnership", ID: r.ID, Title: r.CreatorName, Subtitle: r.CampaignName})
		}
		campaigns, err := s.q.SearchCampaigns(ctx, tx, gen.SearchCampaignsParams{Brands: rapport.BrandsFrom(ctx), Pattern: *p, MaxRows: most})
		for _, r := range campaigns {
			hits = append(hits, rapport.SearchHit{Noun: "campaign", ID: r.ID, Title: r.Name, Subtitle: r.BrandName})
		}
		if err != nil {
			return nil, err
		}
		contracts, err := s.q.FindContracts(ctx, tx, gen.FindContractsParams{Words: words, Viewer: rapport.ViewerFrom(ctx), Brands: rapport.BrandsFrom(ctx), MaxRows: most})
		for _, r := range contracts {
			hits = append(hits, rapport.SearchHit{Noun: "contract", ID: r.ID, Title: r.Number, Subtitle: r.CreatorName + ", " + r.CampaignName})
		}
		return hits, err
	})
}

// pattern makes words a pattern for ilike that looks for them anywhere, as they stand; nil when there are none.
func pattern(words string) *string {
	words = strings.TrimSpace(words)
	if words == "" {
		return nil
	}
	p := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(words) + "%"
	return &p
}

// noNil is an empty list for none, because the columns are not null.
func noNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
