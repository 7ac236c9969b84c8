package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// AllBrands lists every brand of the installation: the scope of what the house itself does, such as a ban, which reaches
// every partnership.
func (s *Store) AllBrands(ctx context.Context) ([]uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]uuid.UUID, error) { return s.q.AllBrandIDs(ctx, tx) })
}

// CredentialsOf finds what a sign-in with the address is checked against; not_found when nobody has it.
func (s *Store) CredentialsOf(ctx context.Context, email string) (rapport.Credentials, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Credentials, error) {
		r, err := s.q.GetCredentials(ctx, tx, email)
		return rapport.Credentials{UserID: r.ID, PasswordHash: r.PasswordHash, Disabled: r.Disabled}, err
	})
}

// NoteSignIn counts an attempt to sign in as a failure before its password is looked at, so that attempts at the same moment
// count too. It answers how long the subject must wait when more than limit failed within the window; 0 lets it go on.
func (s *Store) NoteSignIn(ctx context.Context, subject string, limit int, window time.Duration) (time.Duration, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (time.Duration, error) {
		found, err := s.q.FailedAttempts(ctx, tx, gen.FailedAttemptsParams{WindowSeconds: window.Seconds(), Subject: subject, MaxRows: int32(limit)})
		if err != nil {
			return 0, err
		}
		if found.Failures >= int64(limit) {
			return max(time.Duration(found.FreeIn*float64(time.Second)), time.Second), nil
		}
		return 0, s.q.NoteAttempt(ctx, tx, subject)
	})
}

// SignedIn takes back the failure that NoteSignIn counted: all of the account's, one of the address's.
func (s *Store) SignedIn(ctx context.Context, account, address string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.q.ForgetAttempts(ctx, tx, account); err != nil {
			return err
		}
		return s.q.ForgetLastAttempt(ctx, tx, address)
	})
}

// StartSession keeps a session by the hash of its token and ends the one it replaces. It answers when the session ends.
func (s *Store) StartSession(ctx context.Context, tokenHash []byte, user uuid.UUID, life time.Duration, replaces []byte) (time.Time, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (time.Time, error) {
		if replaces != nil {
			if err := s.q.DeleteSession(ctx, tx, replaces); err != nil {
				return time.Time{}, err
			}
		}
		return s.q.CreateSession(ctx, tx, gen.CreateSessionParams{TokenHash: tokenHash, UserID: user, LifeSeconds: life.Seconds()})
	})
}

// EndSession ends one session; one that has ended already is no error.
func (s *Store) EndSession(ctx context.Context, tokenHash []byte) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.q.DeleteSession(ctx, tx, tokenHash) })
}

// PrincipalOfSession finds who a session belongs to, with the roles in effect now; not_found when it ended, was idle for too
// long, or its person is disabled.
func (s *Store) PrincipalOfSession(ctx context.Context, tokenHash []byte, idle time.Duration) (rapport.Principal, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Principal, error) {
		rows, err := s.q.GetSession(ctx, tx, gen.GetSessionParams{TokenHash: tokenHash, IdleSeconds: idle.Seconds()})
		if err != nil {
			return rapport.Principal{}, err
		}
		if len(rows) == 0 {
			return rapport.Principal{}, pgx.ErrNoRows
		}
		if rows[0].Stale { // once a minute is enough to know that a session is not idle
			if err := s.q.TouchSession(ctx, tx, tokenHash); err != nil {
				return rapport.Principal{}, err
			}
		}
		p := rapport.Principal{
			UserID: rows[0].UserID, Name: rows[0].Name, Email: rows[0].Email, ExpiresAt: &rows[0].ExpiresAt,
			SecondFactor: rows[0].SecondFactor, StepUpID: rows[0].StepUpID, ProvedAt: rows[0].ProvedAt,
		}
		for _, r := range rows {
			if r.BrandID != nil {
				p.Brands = withRole(p.Brands, *r.BrandID, text(r.BrandName), rapport.Role(text(r.Role)))
			}
		}
		return p, nil
	})
}

// PrincipalOfToken finds who an API token belongs to and the hash of its secret, which the caller compares.
func (s *Store) PrincipalOfToken(ctx context.Context, id uuid.UUID) (rapport.Principal, []byte, error) {
	var hash []byte
	p, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Principal, error) {
		r, err := s.q.GetToken(ctx, tx, id)
		if err != nil {
			return rapport.Principal{}, err
		}
		if r.Stale {
			if err := s.q.TouchToken(ctx, tx, id); err != nil {
				return rapport.Principal{}, err
			}
		}
		hash = r.SecretHash
		roles, err := s.rolesOf(ctx, tx, nil, r.UserID)
		return rapport.Principal{UserID: r.UserID, Name: r.Name, Email: r.Email, Brands: roles[r.UserID], ExpiresAt: r.ExpiresAt, TokenID: &r.ID}, err
	})
	return p, hash, err
}

// PortalSessionOf finds a creator's session; not_found when it ended or its link was revoked.
func (s *Store) PortalSessionOf(ctx context.Context, tokenHash []byte) (rapport.PortalSession, error) {
	brands, err := s.AllBrands(ctx) // the session says which brand it reaches only through its partnership
	if err != nil {
		return rapport.PortalSession{}, err
	}
	return query(rapport.WithBrands(ctx, brands...), s, func(ctx context.Context, tx pgx.Tx) (rapport.PortalSession, error) {
		r, err := s.q.GetPortalSession(ctx, tx, tokenHash)
		if err != nil {
			return rapport.PortalSession{}, err
		}
		p, err := s.q.GetPartnershipParties(ctx, tx, r.PartnershipID)
		return rapport.PortalSession{PartnershipID: r.PartnershipID, ContactID: r.ContactID, CreatorID: p.CreatorID, BrandID: p.BrandID, ExpiresAt: r.ExpiresAt}, err
	})
}

// rolesOf lists the roles in effect of people by brand; with a scope only those of its brands.
func (s *Store) rolesOf(ctx context.Context, tx pgx.Tx, scope []uuid.UUID, users ...uuid.UUID) (map[uuid.UUID][]rapport.BrandRoles, error) {
	rows, err := s.q.ListRolesOf(ctx, tx, users)
	if err != nil {
		return nil, err
	}
	roles := map[uuid.UUID][]rapport.BrandRoles{}
	for _, r := range rows {
		if scope != nil && !slices.Contains(scope, r.BrandID) {
			continue
		}
		roles[r.UserID] = withRole(roles[r.UserID], r.BrandID, r.BrandName, rapport.Role(r.Role))
	}
	return roles, nil
}

// withRole adds a role to a list that comes brand by brand.
func withRole(of []rapport.BrandRoles, brand uuid.UUID, name string, role rapport.Role) []rapport.BrandRoles {
	if len(of) == 0 || of[len(of)-1].BrandID != brand {
		of = append(of, rapport.BrandRoles{BrandID: brand, BrandName: name})
	}
	of[len(of)-1].Roles = append(of[len(of)-1].Roles, role)
	return of
}

// ListUsers lists the people who have a role at a brand of the scope, by name.
func (s *Store) ListUsers(ctx context.Context, f rapport.UserFilter, page rapport.Page) ([]rapport.User, []string, error) {
	params := gen.ListUsersInScopeParams{
		Brands: rapport.BrandsFrom(ctx), BrandID: f.BrandID, Role: orNil(string(f.Role)), State: orNil(f.State), Pattern: pattern(f.Words), MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterName, params.AfterID, err = afterName(page); err != nil {
		return nil, nil, err
	}
	var next []string
	users, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.User, error) {
		rows, err := s.q.ListUsersInScope(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			last := rows[len(rows)-1]
			next = []string{last.SortName, last.ID.String()}
		}
		users, ids := make([]rapport.User, len(rows)), make([]uuid.UUID, len(rows))
		for i, r := range rows {
			users[i], ids[i] = rapport.User{ID: r.ID, Name: r.Name, Email: r.Email, Disabled: r.Disabled, Invited: r.Invited, CreatedAt: r.CreatedAt, SecondFactor: r.SecondFactor}, r.ID
		}
		roles, err := s.rolesOf(ctx, tx, rapport.BrandsFrom(ctx), ids...)
		for i := range users {
			users[i].Brands = roles[users[i].ID]
		}
		return users, err
	})
	return users, next, err
}

// User finds one person who has a role at a brand of the scope.
func (s *Store) User(ctx context.Context, id uuid.UUID) (rapport.User, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.User, error) { return s.user(ctx, tx, id) })
}

func (s *Store) user(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.User, error) {
	r, err := s.q.GetUserInScope(ctx, tx, gen.GetUserInScopeParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return rapport.User{}, err
	}
	roles, err := s.rolesOf(ctx, tx, rapport.BrandsFrom(ctx), id)
	return rapport.User{ID: r.ID, Name: r.Name, Email: r.Email, Disabled: r.Disabled, Invited: r.Invited, Brands: roles[id], CreatedAt: r.CreatedAt, SecondFactor: r.SecondFactor}, err
}

// CreateUser adds a person, and invites them by mail when they have no password yet. Ordinary roles are granted at once, finance roles become requests for a second person.
func (s *Store) CreateUser(ctx context.Context, u rapport.UserCreate) (rapport.User, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.User, error) {
		id := newID()
		if err := s.q.CreateUser(ctx, tx, gen.CreateUserParams{ID: id, Email: u.Email, Name: u.Name, PasswordHash: u.PasswordHash}); err != nil {
			return rapport.User{}, err
		}
		if err := s.audit(ctx, tx, u.By, "user.created", id, nil); err != nil {
			return rapport.User{}, err
		}
		for _, b := range u.Brands {
			for _, role := range b.Roles {
				if err := s.grant(ctx, tx, id, b.BrandID, role, u.By); err != nil {
					return rapport.User{}, err
				}
			}
		}
		if u.PasswordHash == "" {
			if err := s.mailPasswordLink(ctx, tx, gen.WhoGetsPasswordLinkParams{ID: &id, AskedBy: &u.By}); err != nil {
				return rapport.User{}, err
			}
		}
		found, err := s.user(ctx, tx, id)
		if rapport.ErrorCode(mapped(err)) == rapport.CodeNotFound { // only finance roles: nothing is in effect yet
			return rapport.User{ID: id, Name: u.Name, Email: u.Email, Invited: u.PasswordHash == "", CreatedAt: time.Now().UTC()}, nil
		}
		return found, err
	})
}

// grant grants a role, or requests it when it moves money.
func (s *Store) grant(ctx context.Context, tx pgx.Tx, user, brand uuid.UUID, role rapport.Role, by uuid.UUID) error {
	action := "role.granted"
	if role.Finance() {
		action = "role.requested"
		request := newID()
		n, err := s.q.CreateRoleRequest(ctx, tx, gen.CreateRoleRequestParams{ID: request, UserID: user, BrandID: brand, Role: string(role), RequestedBy: by})
		if err != nil || n == 0 { // it waits for its confirmation already
			return err
		}
		if err := s.alert(ctx, tx, alert{brand: brand, kind: "finance_role_asked", code: string(role), ref: user, key: roleAsked(request)}); err != nil {
			return err
		}
	} else if err := s.q.GrantRole(ctx, tx, gen.GrantRoleParams{UserID: user, BrandID: brand, Role: string(role), GrantedBy: &by}); err != nil {
		return err
	}
	return s.audit(ctx, tx, by, action, user, map[string]any{"brand_id": brand, "role": role})
}

// SetRoles makes the roles of a person at the given brands exactly these; brands not given stay as they are. A finance role
// that the person does not hold becomes a request; taking one away needs nobody else and works at once.
func (s *Store) SetRoles(ctx context.Context, user uuid.UUID, brands []rapport.BrandRoles, by uuid.UUID) (rapport.User, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.User, error) {
		before, err := s.user(ctx, tx, user)
		if err != nil {
			return rapport.User{}, err
		}
		if _, err := s.q.LockUser(ctx, tx, user); err != nil {
			return rapport.User{}, err
		}
		for _, b := range brands {
			if err := s.setRolesAt(ctx, tx, user, b, by); err != nil {
				return rapport.User{}, err
			}
		}
		after, err := s.user(ctx, tx, user)
		if rapport.ErrorCode(mapped(err)) == rapport.CodeNotFound { // the last role is gone, and with it the sight of the person
			before.Brands = nil
			return before, nil
		}
		return after, err
	})
}

func (s *Store) setRolesAt(ctx context.Context, tx pgx.Tx, user uuid.UUID, b rapport.BrandRoles, by uuid.UUID) error {
	held, err := s.q.ListHeldRoles(ctx, tx, gen.ListHeldRolesParams{UserID: user, BrandID: b.BrandID})
	if err != nil {
		return err
	}
	for _, role := range held {
		if slices.Contains(b.Roles, rapport.Role(role)) {
			continue
		}
		if err := s.revoke(ctx, tx, user, b.BrandID, role, by); err != nil {
			return err
		}
	}
	for _, role := range b.Roles {
		if slices.Contains(held, string(role)) {
			continue
		}
		if err := s.grant(ctx, tx, user, b.BrandID, role, by); err != nil {
			return err
		}
	}
	return nil
}

// DisableUser keeps a person from signing in and ends every session and token at once. It is forbidden while the person also works
// for a brand outside of the scope, which has a say.
func (s *Store) DisableUser(ctx context.Context, id, by uuid.UUID) (rapport.User, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.User, error) {
		if err := s.onlyOurs(ctx, tx, id); err != nil {
			return rapport.User{}, err
		}
		if _, err := s.q.DisableUser(ctx, tx, id); err != nil {
			return rapport.User{}, err
		}
		if err := s.q.DeleteSessionsOf(ctx, tx, id); err != nil {
			return rapport.User{}, err
		}
		if err := s.q.EndPasswordLinks(ctx, tx, id); err != nil {
			return rapport.User{}, err
		}
		if err := s.q.RevokeTokensOf(ctx, tx, id); err != nil {
			return rapport.User{}, err
		}
		if err := s.audit(ctx, tx, by, "user.disabled", id, nil); err != nil {
			return rapport.User{}, err
		}
		return s.user(ctx, tx, id)
	})
}

// EnableUser lets a disabled person sign in again, with the roles that they had; those that move money become requests for a second person. It is
// forbidden while the person also works for a brand outside of the scope, which has a say.
func (s *Store) EnableUser(ctx context.Context, id, by uuid.UUID) (rapport.User, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.User, error) {
		if err := s.onlyOurs(ctx, tx, id); err != nil {
			return rapport.User{}, err
		}
		n, err := s.q.EnableUser(ctx, tx, id)
		if err != nil {
			return rapport.User{}, err
		}
		if n == 0 {
			return s.user(ctx, tx, id)
		}
		if err := s.audit(ctx, tx, by, "user.enabled", id, nil); err != nil {
			return rapport.User{}, err
		}
		if err := s.askFinanceAnew(ctx, tx, id, by); err != nil {
			return rapport.User{}, err
		}
		return s.user(ctx, tx, id)
	})
}

// askFinanceAnew takes a person's finance roles of the scope away, also those whose delay is not over, and asks for each of them.
func (s *Store) askFinanceAnew(ctx context.Context, tx pgx.Tx, user, by uuid.UUID) error {
	for _, brand := range rapport.BrandsFrom(ctx) {
		held, err := s.q.ListHeldRoles(ctx, tx, gen.ListHeldRolesParams{UserID: user, BrandID: brand})
		if err != nil {
			return err
		}
		for _, role := range held {
			if !rapport.Role(role).Finance() {
				continue
			}
			if err := s.revoke(ctx, tx, user, brand, role, by); err != nil {
				return err
			}
			if err := s.grant(ctx, tx, user, brand, rapport.Role(role), by); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) revoke(ctx context.Context, tx pgx.Tx, user, brand uuid.UUID, role string, by uuid.UUID) error {
	if err := s.q.RevokeRole(ctx, tx, gen.RevokeRoleParams{UserID: user, BrandID: brand, Role: role}); err != nil {
		return err
	}
	return s.audit(ctx, tx, by, "role.revoked", user, map[string]any{"brand_id": brand, "role": role})
}

// onlyOurs refuses what would reach beyond the scope: a person who also works for another brand.
func (s *Store) onlyOurs(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	if _, err := s.user(ctx, tx, id); err != nil {
		return err
	}
	elsewhere, err := s.q.BrandsElsewhere(ctx, tx, gen.BrandsElsewhereParams{UserID: id, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return err
	}
	if len(elsewhere) > 0 {
		return &rapport.Error{
			Code: rapport.CodeForbidden, Reason: "works_elsewhere",
			Message: "This person also works for another brand. Nothing was changed. Take away the roles at your brands, or ask an admin of all of them.",
		}
	}
	return nil
}

// ListRoleRequests lists the finance roles of the scope that wait for a second person or for their delay, oldest first.
func (s *Store) ListRoleRequests(ctx context.Context) ([]rapport.RoleRequest, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.RoleRequest, error) {
		rows, err := s.q.ListRoleRequests(ctx, tx, rapport.BrandsFrom(ctx))
		requests := make([]rapport.RoleRequest, len(rows))
		for i, r := range rows {
			requests[i] = roleRequest(gen.GetRoleRequestRow(r))
		}
		return requests, err
	})
}

// ConfirmRoleRequest grants a requested finance role after the delay. Who confirms is neither who asked nor who gets it;
// the brand's admins get a task that says so.
func (s *Store) ConfirmRoleRequest(ctx context.Context, id, by uuid.UUID, delay time.Duration) (rapport.RoleRequest, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.RoleRequest, error) {
		find := gen.GetRoleRequestParams{ID: id, Brands: rapport.BrandsFrom(ctx)}
		r, err := s.q.GetRoleRequest(ctx, tx, find)
		switch {
		case err != nil:
			return rapport.RoleRequest{}, err
		case r.ConfirmedBy != nil:
			return rapport.RoleRequest{}, &rapport.Error{Code: rapport.CodeConflict, Message: "This role was confirmed already.", State: "confirmed"}
		case by == r.RequestedBy:
			return rapport.RoleRequest{}, rapport.Errorf(rapport.CodeForbidden, "You asked for this role, so another person must confirm it.")
		case by == r.UserID:
			return rapport.RoleRequest{}, rapport.Errorf(rapport.CodeForbidden, "Nobody confirms a role of their own.")
		}
		at, err := s.q.ConfirmRoleRequest(ctx, tx, gen.ConfirmRoleRequestParams{ID: id, ConfirmedBy: &by, DelaySeconds: delay.Seconds()})
		if err != nil {
			return rapport.RoleRequest{}, err
		}
		if err := s.q.GrantRole(ctx, tx, gen.GrantRoleParams{UserID: r.UserID, BrandID: r.BrandID, Role: r.Role, GrantedBy: &by, EffectiveAt: at}); err != nil {
			return rapport.RoleRequest{}, err
		}
		detail := map[string]any{"brand_id": r.BrandID, "role": r.Role, "requested_by": r.RequestedBy, "effective_at": at}
		if err := s.audit(ctx, tx, by, "role.confirmed", r.UserID, detail); err != nil {
			return rapport.RoleRequest{}, err
		}
		if err := s.alertOver(ctx, tx, roleAsked(id)); err != nil {
			return rapport.RoleRequest{}, err
		}
		granted := alert{brand: r.BrandID, kind: "finance_role_granted", code: r.Role, ref: r.UserID, key: "finance_role/" + id.String(), due: at}
		if err := s.alert(ctx, tx, granted); err != nil {
			return rapport.RoleRequest{}, err
		}
		r, err = s.q.GetRoleRequest(ctx, tx, find)
		return roleRequest(r), err
	})
}

// alert is what a brand's admins and people of finance are told about who can move money there, as a task for each of these roles and by mail.
type alert struct {
	brand      uuid.UUID
	kind, code string
	ref        uuid.UUID
	key        string // one alert a key
	due        *time.Time
}

func roleAsked(request uuid.UUID) string { return "finance_role_asked/" + request.String() }

// alertKeys are the keys of an alert's tasks, by the role that each is for.
func alertKeys(key string) map[rapport.Role]string {
	keys := map[rapport.Role]string{}
	for _, role := range []rapport.Role{rapport.RoleAdmin, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser} {
		keys[role] = key + "/" + string(role)
	}
	return keys
}

func (s *Store) alert(ctx context.Context, tx pgx.Tx, a alert) error {
	for role, key := range alertKeys(a.key) {
		owner := string(role)
		if err := s.q.CreateTask(ctx, tx, gen.CreateTaskParams{
			ID: newID(), BrandID: a.brand, DedupeKey: &key, Kind: a.kind, Code: a.code, OwnerRole: &owner, Ref: &a.ref, DueAt: a.due,
		}); err != nil {
			return fmt.Errorf("alert: %w", err)
		}
	}
	return s.mailAlert(ctx, tx, a)
}

// mailAlert tells the same people by mail: whoever takes somebody's session over does not read their mail by that.
func (s *Store) mailAlert(ctx context.Context, tx pgx.Tx, a alert) error {
	people, err := s.q.WhoIsAlerted(ctx, tx, gen.WhoIsAlertedParams{BrandID: a.brand, About: a.ref})
	if err != nil {
		return fmt.Errorf("who is alerted: %w", err)
	}
	for _, p := range people {
		id, key := newID(), "alert/"+a.key+"/"+p.ID.String()
		subject, text := rapport.AlertMail{Kind: a.kind, Role: rapport.Role(a.code), To: p.Name, About: p.About, Brand: p.BrandName, From: a.due}.Words(p.Zone)
		n, err := s.q.InsertAlertMail(ctx, tx, gen.InsertAlertMailParams{ID: id, BrandID: a.brand, DedupeKey: &key, ToAddress: &p.Email, Subject: &subject, BodyText: &text})
		if err != nil {
			return fmt.Errorf("alert's mail: %w", err)
		}
		if n == 0 {
			continue
		}
		if err := s.startMessage(ctx, tx, id, a.brand); err != nil {
			return err
		}
	}
	return nil
}

// alertOver takes an alert back whose matter has settled itself.
func (s *Store) alertOver(ctx context.Context, tx pgx.Tx, key string) error {
	for _, key := range alertKeys(key) {
		if err := s.q.CloseTask(ctx, tx, &key); err != nil {
			return fmt.Errorf("alert: %w", err)
		}
	}
	return nil
}

func roleRequest(r gen.GetRoleRequestRow) rapport.RoleRequest {
	q := rapport.RoleRequest{
		ID: r.ID, User: rapport.UserRef{ID: r.UserID, Name: r.UserName}, BrandID: r.BrandID, BrandName: r.BrandName, Role: rapport.Role(r.Role),
		RequestedBy: rapport.UserRef{ID: r.RequestedBy, Name: r.RequestedName}, EffectiveAt: r.EffectiveAt, CreatedAt: r.CreatedAt,
	}
	if r.ConfirmedBy != nil {
		q.ConfirmedBy = &rapport.UserRef{ID: *r.ConfirmedBy, Name: text(r.ConfirmedName)}
	}
	return q
}

// ListTokens lists the person's API tokens that are not revoked, newest first.
func (s *Store) ListTokens(ctx context.Context, user uuid.UUID) ([]rapport.Token, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Token, error) {
		rows, err := s.q.ListTokens(ctx, tx, user)
		tokens := make([]rapport.Token, len(rows))
		for i, r := range rows {
			tokens[i] = rapport.Token(r)
		}
		return tokens, err
	})
}

// CreateToken keeps an API token by the hash of its secret.
func (s *Store) CreateToken(ctx context.Context, t rapport.Token, secretHash []byte) (rapport.Token, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Token, error) {
		at, err := s.q.CreateToken(ctx, tx, gen.CreateTokenParams{ID: t.ID, UserID: t.UserID, Name: t.Name, SecretHash: secretHash, ExpiresAt: t.ExpiresAt})
		if err != nil {
			return rapport.Token{}, err
		}
		t.CreatedAt = at
		return t, s.audit(ctx, tx, t.UserID, "token.created", t.ID, nil)
	})
}

// RevokeToken ends a token of the person; not_found when there is none.
func (s *Store) RevokeToken(ctx context.Context, id, user uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.RevokeToken(ctx, tx, gen.RevokeTokenParams{ID: id, UserID: user})
		if err != nil {
			return err
		}
		if n == 0 {
			return pgx.ErrNoRows
		}
		return s.audit(ctx, tx, user, "token.revoked", id, nil)
	})
}

// Bootstrap writes the first brands and people of an installation, in one piece. It answers conflict when anybody exists.
func (s *Store) Bootstrap(ctx context.Context, b rapport.Bootstrap) (rapport.Bootstrapped, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Bootstrapped, error) {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(7210036)"); err != nil {
			return rapport.Bootstrapped{}, mapped(err)
		}
		if n, err := s.q.CountUsers(ctx, tx); err != nil {
			return rapport.Bootstrapped{}, err
		} else if n > 0 {
			return rapport.Bootstrapped{}, rapport.Errorf(rapport.CodeConflict, "There are people already; sign in as one of them. Nothing was written.")
		}
		var out rapport.Bootstrapped
		byName := map[string]uuid.UUID{}
		for i, brand := range b.Brands {
			id, err := s.bootstrapBrand(ctx, tx, brand)
			if err != nil {
				return rapport.Bootstrapped{}, fmt.Errorf("brand %d: %w", i, mapped(err))
			}
			out.Brands, byName[brand.Name] = append(out.Brands, id), id
		}
		for i, u := range b.Users {
			id, err := s.bootstrapUser(ctx, tx, u, byName)
			if err != nil {
				return rapport.Bootstrapped{}, fmt.Errorf("user %d: %w", i, mapped(err))
			}
			out.Users = append(out.Users, id)
		}
		return out, s.audit(ctx, tx, uuid.Nil, "bootstrap", uuid.Nil, map[string]any{"brands": out.Brands, "users": out.Users})
	})
}

func (s *Store) bootstrapBrand(ctx context.Context, tx pgx.Tx, b rapport.BootstrapBrand) (uuid.UUID, error) {
	brand := rapport.Brand{
		Name: b.Name, PostalAddress: b.PostalAddress, MailFromName: b.MailFromName, MailFrom: b.MailFrom, SecondPairThreshold: b.SecondPairThreshold,
		Signing: b.Signing,
	}
	if brand.SecondPairThreshold.Currency == "" {
		brand.SecondPairThreshold.Currency = "usd"
	}
	if bad := slices.Concat(brand.Check(), b.Calendar.Check()); len(bad) > 0 {
		return uuid.Nil, rapport.Invalid(bad...)
	}
	created, err := s.createBrand(ctx, tx, brand, b.Calendar)
	return created.ID, err
}

func (s *Store) bootstrapUser(ctx context.Context, tx pgx.Tx, u rapport.BootstrapUser, brands map[string]uuid.UUID) (uuid.UUID, error) {
	id := newID()
	bad := rapport.CheckEmail("email", u.Email)
	if u.Name == "" || u.PasswordHash == "" {
		bad = append(bad, rapport.Field{Path: "name", Code: "required", Detail: "A person has a name and a password."})
	}
	for brand, roles := range u.Roles {
		if _, ok := brands[brand]; !ok {
			bad = append(bad, rapport.Field{Path: "roles", Code: "unknown_brand", Detail: "A role names a brand that is not in the list of brands."})
		}
		for _, role := range roles {
			if !role.Known() {
				bad = append(bad, rapport.Field{Path: "roles", Code: "unknown_role", Detail: fmt.Sprintf("%q is not a role.", role)})
			}
		}
	}
	if len(bad) > 0 {
		return uuid.Nil, rapport.Invalid(bad...)
	}
	if err := s.q.CreateUser(ctx, tx, gen.CreateUserParams{ID: id, Email: rapport.NormalEmail(u.Email), Name: u.Name, PasswordHash: u.PasswordHash}); err != nil {
		return uuid.Nil, err
	}
	if u.SecondFactor != nil {
		if err := s.q.BootstrapSecondFactor(ctx, tx, gen.BootstrapSecondFactorParams{ID: u.SecondFactor.ID, UserID: id, Secret: u.SecondFactor.Sealed}); err != nil {
			return uuid.Nil, err
		}
	}
	for brand, roles := range u.Roles {
		for _, role := range roles {
			if err := s.q.GrantRole(ctx, tx, gen.GrantRoleParams{UserID: id, BrandID: brands[brand], Role: string(role)}); err != nil {
				return uuid.Nil, err
			}
		}
	}
	return id, nil
}

// audit appends to the audit log. The detail holds ids and words of ours, never personal data.
func (s *Store) audit(ctx context.Context, tx pgx.Tx, actor uuid.UUID, action string, subject uuid.UUID, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("write the detail of %s: %w", action, err)
	}
	return s.q.NoteAudit(ctx, tx, gen.NoteAuditParams{Actor: some(actor), Action: action, Subject: some(subject), Detail: text})
}

// some is nil for the zero id.
func some(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// text is what a nullable column says, empty for null.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// orNil is nil for the empty text.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// afterName reads the key of a list that is ordered by name and id.
func afterName(page rapport.Page) (*string, *uuid.UUID, error) {
	if page.After == nil {
		return nil, nil, nil
	}
	if len(page.After) != 2 {
		return nil, nil, errCursor()
	}
	id, err := uuid.Parse(page.After[1])
	if err != nil {
		return nil, nil, errCursor()
	}
	return &page.After[0], &id, nil
}

// afterTime reads the key of a list that is ordered by a time and id.
func afterTime(page rapport.Page) (*time.Time, *uuid.UUID, error) {
	if page.After == nil {
		return nil, nil, nil
	}
	if len(page.After) != 2 {
		return nil, nil, errCursor()
	}
	at, errAt := time.Parse(time.RFC3339Nano, page.After[0])
	id, errID := uuid.Parse(page.After[1])
	if errAt != nil || errID != nil {
		return nil, nil, errCursor()
	}
	return &at, &id, nil
}

// timeKey writes the key that afterTime reads.
func timeKey(at time.Time, id uuid.UUID) []string {
	return []string{at.UTC().Format(time.RFC3339Nano), id.String()}
}

func errCursor() error {
	return rapport.Errorf(rapport.CodeMalformed, "The cursor is not one that this list gave out. Start again without it.")
}
