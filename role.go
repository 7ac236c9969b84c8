package rapport

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Role is what a person may do at one brand.
type Role string

// The roles. Nobody has one that was not granted for that brand.
const (
	RoleOps             Role = "ops"              // outreach, campaigns, creators
	RoleApprover        Role = "approver"         // decides on content
	RoleLegal           Role = "legal"            // decides on content and contracts where law is touched
	RoleFinancePreparer Role = "finance_preparer" // first pair of eyes on a payout
	RoleFinanceReleaser Role = "finance_releaser" // second pair of eyes on a payout
	RoleAuditor         Role = "auditor"          // reads everything, writes nothing
	RoleAdmin           Role = "admin"            // people and settings; no payout rights
	RoleGuest           Role = "guest"            // reads one brand
)

// Roles lists every role, in the order in which pages show them.
func Roles() []Role {
	return []Role{
		RoleOps, RoleApprover, RoleLegal, RoleFinancePreparer, RoleFinanceReleaser, RoleAuditor, RoleAdmin, RoleGuest,
	}
}

// Known says whether the role is one of Roles.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

// Finance says whether the role moves money: such a role is granted by two people and takes effect after a delay.
func (r Role) Finance() bool { return r == RoleFinancePreparer || r == RoleFinanceReleaser }

// BrandRoles are the roles of one person at one brand.
type BrandRoles struct {
	BrandID   uuid.UUID
	BrandName string
	Roles     []Role
}

// User is a person of the house.
type User struct {
	ID        uuid.UUID
	Name      string
	Email     string
	Disabled  bool
	Invited   bool         // has not chosen a password yet
	Brands    []BrandRoles // only roles in effect, and only brands of the reader's scope
	CreatedAt time.Time
	// SecondFactor says whether the person can prove with a second factor that it is them.
	SecondFactor bool
}

// UserFilter narrows a list of people; what is zero narrows nothing.
type UserFilter struct {
	BrandID *uuid.UUID // who has a role there
	Role    Role
	State   string // active, invited or disabled
	Words   string // a part of the name or the address
}

// UserRef names a person where the rest of the profile does not matter.
type UserRef struct {
	ID   uuid.UUID
	Name string
}

// Principal is who makes a request, with the roles that are in effect at this moment.
type Principal struct {
	UserID    uuid.UUID
	Name      string
	Email     string
	Brands    []BrandRoles
	ExpiresAt *time.Time // when the session or the token ends; nil means never
	// TokenID is set when a program signed in with an API token instead of a person with a session.
	TokenID *uuid.UUID
	// SecondFactor says whether the person has one; StepUpID and ProvedAt name the newest proof that the session gave, if any.
	SecondFactor bool
	StepUpID     *uuid.UUID
	ProvedAt     *time.Time
}

// Has says whether the principal holds one of the roles at the brand.
func (p Principal) Has(brand uuid.UUID, roles ...Role) bool {
	return slices.Contains(p.BrandsWith(roles...), brand)
}

// BrandsWith lists the brands at which the principal holds one of the roles; no roles given means any role.
func (p Principal) BrandsWith(roles ...Role) []uuid.UUID {
	brands := []uuid.UUID{}
	for _, b := range p.Brands {
		if len(b.Roles) > 0 && (len(roles) == 0 || slices.ContainsFunc(b.Roles, func(r Role) bool { return slices.Contains(roles, r) })) {
			brands = append(brands, b.BrandID)
		}
	}
	return brands
}

// RoleRequest is a finance role that one person asked for and another must confirm before it takes effect.
type RoleRequest struct {
	ID          uuid.UUID
	User        UserRef
	BrandID     uuid.UUID
	BrandName   string
	Role        Role
	RequestedBy UserRef
	ConfirmedBy *UserRef
	EffectiveAt *time.Time // set with ConfirmedBy
	CreatedAt   time.Time
}

// UserCreate is a new person. Finance roles among the roles become requests.
type UserCreate struct {
	Name         string
	Email        string // checked and in lower case
	PasswordHash string // of argon2id
	Brands       []BrandRoles
	By           uuid.UUID
}

// Token is an API token without its secret, which is stored hashed and shown once.
type Token struct {
	ID         uuid.UUID
	UserID     uuid.UUID
	Name       string
	CreatedAt  time.Time
	LastUsedAt *time.Time
	ExpiresAt  *time.Time
}

// Credentials is what a sign-in is checked against.
type Credentials struct {
	UserID       uuid.UUID
	PasswordHash string
	Disabled     bool
}

// PasswordLink is a mailed link by which a person of the house chooses a password.
type PasswordLink struct {
	Name, Email string
	Invitation  bool
}

// PortalSession is a creator's short session, opened by the token of a mailed link. It reaches one partnership at a time.
type PortalSession struct {
	PartnershipID uuid.UUID
	ContactID     uuid.UUID
	CreatorID     uuid.UUID
	BrandID       uuid.UUID
	ExpiresAt     time.Time
}

// Bootstrap is the first brands and people of an installation, written before anybody could sign in. Finance roles in it
// take effect at once: there is nobody yet who could confirm them.
type Bootstrap struct {
	Brands []BootstrapBrand `json:"brands" yaml:"brands"`
	Users  []BootstrapUser  `json:"users" yaml:"users"`
}

// BootstrapBrand is a brand with its calendar.
type BootstrapBrand struct {
	Name                string   `json:"name" yaml:"name"`
	PostalAddress       string   `json:"postal_address" yaml:"postal_address"`
	MailFromName        string   `json:"mail_from_name" yaml:"mail_from_name"`
	MailFrom            string   `json:"mail_from" yaml:"mail_from"`
	SecondPairThreshold Money    `json:"second_pair_threshold" yaml:"second_pair_threshold"`
	Signing             string   `json:"signing,omitempty" yaml:"signing,omitempty"` // empty is SigningAtProvider
	Calendar            Calendar `json:"calendar" yaml:"calendar"`
}

// BootstrapUser is a person with roles by brand name. The password is hashed before it gets here.
type BootstrapUser struct {
	Name         string            `json:"name" yaml:"name"`
	Email        string            `json:"email" yaml:"email"`
	PasswordHash string            `json:"password_hash" yaml:"password_hash"`
	SecondFactor *SecondFactor     `json:"-" yaml:"-"` // nil for none; its secret is sealed before it gets here
	Roles        map[string][]Role `json:"roles" yaml:"roles"`
}

// Bootstrapped names what Bootstrap wrote, in the order of its lists.
type Bootstrapped struct {
	Brands []uuid.UUID `json:"brands"`
	Users  []uuid.UUID `json:"users"`
}

type scopeKey struct{}

// WithBrands sets the brands whose rows may be seen and written under the context. Row-level security follows it: without
// a scope nothing of any brand is seen.
func WithBrands(ctx context.Context, brands ...uuid.UUID) context.Context {
	return context.WithValue(ctx, scopeKey{}, brands)
}

type viewerKey struct{}

// WithViewer sets the person who looks. Without one, nothing of a private thread is shown.
func WithViewer(ctx context.Context, person uuid.UUID) context.Context {
	return context.WithValue(ctx, viewerKey{}, person)
}

// ViewerFrom is the person that WithViewer set; zero without one.
func ViewerFrom(ctx context.Context) uuid.UUID {
	person, _ := ctx.Value(viewerKey{}).(uuid.UUID)
	return person
}

// BrandsFrom is the scope that WithBrands set; none set, none seen.
func BrandsFrom(ctx context.Context) []uuid.UUID {
	brands, _ := ctx.Value(scopeKey{}).([]uuid.UUID)
	return brands
}
