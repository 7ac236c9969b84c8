package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

func toBrandRoles(brands []rapport.BrandRoles) []gen.BrandRole {
	list := make([]gen.BrandRole, len(brands))
	for i, b := range brands {
		roles := make([]gen.Role, len(b.Roles))
		for j, r := range b.Roles {
			roles[j] = gen.Role(r)
		}
		list[i] = gen.BrandRole{BrandId: b.BrandID, BrandName: orNil(b.BrandName), Roles: roles}
	}
	return list
}

// fromBrandRoles reads roles that the caller, who is an admin of the brands in scope, may give there.
func fromBrandRoles(ctx context.Context, given []gen.BrandRole) ([]rapport.BrandRoles, []rapport.Field) {
	scope := rapport.BrandsFrom(ctx)
	brands := make([]rapport.BrandRoles, 0, len(given))
	var bad []rapport.Field
	seen := map[uuid.UUID]bool{}
	for i, b := range given {
		path := fmt.Sprintf("brands[%d].", i)
		switch {
		case !inScope(scope, b.BrandId):
			bad = append(bad, rapport.Field{Path: path + "brand_id", Code: "unknown", Detail: "There is no such brand, or you are not an admin there."})
		case seen[b.BrandId]:
			bad = append(bad, rapport.Field{Path: path + "brand_id", Code: "duplicate", Detail: "This brand is listed twice."})
		}
		seen[b.BrandId] = true
		roles := rapport.BrandRoles{BrandID: b.BrandId}
		for j, r := range b.Roles {
			role := rapport.Role(r)
			if !role.Known() {
				bad = append(bad, rapport.Field{Path: fmt.Sprintf("%sroles[%d]", path, j), Code: "unknown_role", Detail: "There is no such role."})
			} else if !slices.Contains(roles.Roles, role) {
				roles.Roles = append(roles.Roles, role)
			}
		}
		brands = append(brands, roles)
	}
	return brands, bad
}

func toUser(u rapport.User) gen.User {
	return gen.User{Id: u.ID, Name: u.Name, Email: u.Email, Disabled: u.Disabled, Invited: &u.Invited, Brands: toBrandRoles(u.Brands), CreatedAt: u.CreatedAt, SecondFactor: &u.SecondFactor}
}

// ListUsers lists people of the caller's brands.
func (s *Server) ListUsers(ctx context.Context, r gen.ListUsersRequestObject) (gen.ListUsersResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	users, next, err := s.cfg.Store.ListUsers(ctx, userFilter(r.Params), page)
	if err != nil {
		return nil, err
	}
	return gen.ListUsers200JSONResponse{Items: each(users, toUser), NextCursor: cursorOf(next)}, nil
}

func userFilter(p gen.ListUsersParams) rapport.UserFilter {
	return rapport.UserFilter{BrandID: p.BrandId, Role: rapport.Role(value(p.Role)), State: string(value(p.State)), Words: value(p.Q)}
}

// GetUser is one person of the caller's brands, also one who is disabled.
func (s *Server) GetUser(ctx context.Context, r gen.GetUserRequestObject) (gen.GetUserResponseObject, error) {
	u, err := s.cfg.Store.User(ctx, r.Id)
	if err != nil {
		return nil, called("person", err)
	}
	return gen.GetUser200JSONResponse(toUser(u)), nil
}

// CreateUser adds a person, who is invited by mail to choose a password unless one is given.
func (s *Server) CreateUser(ctx context.Context, r gen.CreateUserRequestObject) (gen.CreateUserResponseObject, error) {
	brands, bad := fromBrandRoles(ctx, r.Body.Brands)
	u := rapport.UserCreate{Name: strings.TrimSpace(r.Body.Name), Email: rapport.NormalEmail(r.Body.Email), Brands: brands, By: principalFrom(ctx).UserID}
	bad = append(bad, rapport.CheckEmail("email", u.Email)...)
	if u.Name == "" {
		bad = append(bad, rapport.Field{Path: "name", Code: "required", Detail: "Fill this in."})
	}
	if r.Body.Password != nil {
		bad = append(bad, checkPassword("password", *r.Body.Password)...)
	}
	if !slices.ContainsFunc(brands, func(b rapport.BrandRoles) bool { return len(b.Roles) > 0 }) {
		bad = append(bad, rapport.Field{Path: "brands", Code: "required", Detail: "Give the person a role at a brand."})
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(rapport.SortFields(bad)...)
	}
	if r.Body.Password != nil {
		hash, err := s.passwords.hash(ctx, *r.Body.Password)
		if err != nil {
			return nil, err
		}
		u.PasswordHash = hash
	}
	made, err := s.cfg.Store.CreateUser(ctx, u)
	if err != nil {
		return nil, err
	}
	return gen.CreateUser201JSONResponse(toUser(made)), nil
}

// DisableUser ends every session and token of a person and keeps the person out.
func (s *Server) DisableUser(ctx context.Context, r gen.DisableUserRequestObject) (gen.DisableUserResponseObject, error) {
	if r.Id == principalFrom(ctx).UserID {
		return nil, rapport.Errorf(rapport.CodeConflict, "You cannot disable yourself.")
	}
	u, err := s.cfg.Store.DisableUser(ctx, r.Id, principalFrom(ctx).UserID)
	if err != nil {
		return nil, called("person", err)
	}
	return gen.DisableUser200JSONResponse(toUser(u)), nil
}

// EnableUser lets a disabled person sign in again. Sessions and tokens that ended stay ended.
func (s *Server) EnableUser(ctx context.Context, r gen.EnableUserRequestObject) (gen.EnableUserResponseObject, error) {
	u, err := s.cfg.Store.EnableUser(ctx, r.Id, principalFrom(ctx).UserID)
	if err != nil {
		return nil, called("person", err)
	}
	return gen.EnableUser200JSONResponse(toUser(u)), nil
}

// SendPasswordLink mails a person a link to choose a password, the invitation anew to who has none yet.
func (s *Server) SendPasswordLink(ctx context.Context, r gen.SendPasswordLinkRequestObject) (gen.SendPasswordLinkResponseObject, error) {
	u, err := s.cfg.Store.SendPasswordLink(ctx, r.Id, principalFrom(ctx).UserID)
	if err != nil {
		return nil, called("person", err)
	}
	return gen.SendPasswordLink200JSONResponse(toUser(u)), nil
}

// SetRoles replaces the roles of a person at the brands that the body names.
func (s *Server) SetRoles(ctx context.Context, r gen.SetRolesRequestObject) (gen.SetRolesResponseObject, error) {
	brands, bad := fromBrandRoles(ctx, r.Body.Brands)
	if len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	by := principalFrom(ctx).UserID
	if r.Id == by && slices.ContainsFunc(brands, func(b rapport.BrandRoles) bool { return !slices.Contains(b.Roles, rapport.RoleAdmin) }) {
		return nil, rapport.Errorf(rapport.CodeConflict, "You cannot take your own admin role away.")
	}
	u, err := s.cfg.Store.SetRoles(ctx, r.Id, brands, by)
	if err != nil {
		return nil, called("person", err)
	}
	return gen.SetRoles200JSONResponse(toUser(u)), nil
}

func toRoleRequest(q rapport.RoleRequest) gen.RoleRequest {
	out := gen.RoleRequest{
		Id: q.ID, User: toUserRef(q.User), BrandId: q.BrandID, BrandName: q.BrandName, Role: gen.Role(q.Role), RequestedBy: toUserRef(q.RequestedBy),
		EffectiveAt: q.EffectiveAt, CreatedAt: q.CreatedAt,
	}
	if q.ConfirmedBy != nil {
		by := toUserRef(*q.ConfirmedBy)
		out.ConfirmedBy = &by
	}
	return out
}

// ListRoleRequests lists finance roles that wait.
func (s *Server) ListRoleRequests(ctx context.Context, _ gen.ListRoleRequestsRequestObject) (gen.ListRoleRequestsResponseObject, error) {
	requests, err := s.cfg.Store.ListRoleRequests(ctx)
	if err != nil {
		return nil, err
	}
	return gen.ListRoleRequests200JSONResponse{Items: each(requests, toRoleRequest)}, nil
}

// ConfirmRoleRequest is the second person's yes to a finance role.
func (s *Server) ConfirmRoleRequest(ctx context.Context, r gen.ConfirmRoleRequestRequestObject) (gen.ConfirmRoleRequestResponseObject, error) {
	q, err := s.cfg.Store.ConfirmRoleRequest(ctx, r.Id, principalFrom(ctx).UserID, s.cfg.FinanceDelay)
	if err != nil {
		return nil, called("request", err)
	}
	return gen.ConfirmRoleRequest200JSONResponse(toRoleRequest(q)), nil
}

func toToken(t rapport.Token) gen.Token {
	return gen.Token{Id: t.ID, Name: t.Name, CreatedAt: t.CreatedAt, LastUsedAt: t.LastUsedAt, ExpiresAt: t.ExpiresAt}
}

// ListTokens lists the caller's API tokens.
func (s *Server) ListTokens(ctx context.Context, _ gen.ListTokensRequestObject) (gen.ListTokensResponseObject, error) {
	tokens, err := s.cfg.Store.ListTokens(ctx, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return gen.ListTokens200JSONResponse{Items: each(tokens, toToken)}, nil
}

// CreateToken makes an API token with the roles of its person.
func (s *Server) CreateToken(ctx context.Context, r gen.CreateTokenRequestObject) (gen.CreateTokenResponseObject, error) {
	t := rapport.Token{ID: uuid.Must(uuid.NewV7()), UserID: principalFrom(ctx).UserID, Name: strings.TrimSpace(r.Body.Name), ExpiresAt: r.Body.ExpiresAt}
	if t.ExpiresAt != nil && !t.ExpiresAt.After(s.now()) {
		return nil, rapport.Invalid(rapport.Field{Path: "expires_at", Code: "in_past", Detail: "This time is over."})
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	secret := hex.EncodeToString(raw)
	made, err := s.cfg.Store.CreateToken(ctx, t, hashOf(secret))
	if err != nil {
		return nil, err
	}
	return gen.CreateToken201JSONResponse{Token: toToken(made), Secret: "rap_" + hex.EncodeToString(t.ID[:]) + "_" + secret}, nil
}

// RevokeToken ends one of the caller's API tokens.
func (s *Server) RevokeToken(ctx context.Context, r gen.RevokeTokenRequestObject) (gen.RevokeTokenResponseObject, error) {
	if err := s.cfg.Store.RevokeToken(ctx, r.Id, principalFrom(ctx).UserID); err != nil {
		return nil, called("token", err)
	}
	return gen.RevokeToken204Response{}, nil
}

// each maps a list; the answer is never nil.
func each[From, To any](list []From, f func(From) To) []To {
	out := make([]To, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
