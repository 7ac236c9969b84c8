package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// Store is what the API needs remembered. What its methods list, find and write is bound to the scope of their context
// (rapport.WithBrands); they answer *rapport.Error for what a caller can act on.
type Store interface {
	SessionStore
	PeopleStore
	BrandStore
	CreatorStore
	CampaignStore
	LibraryStore
	TaskStore
	KeyStore

	// Ping checks that the database answers.
	Ping(ctx context.Context) error
	// Atomically makes one deed of all that f does with its context.
	Atomically(ctx context.Context, f func(ctx context.Context) error) error
	// AtOneMoment lets all that f reads with its context be of the same moment.
	AtOneMoment(ctx context.Context, f func(ctx context.Context) error) error
	// AllBrands lists every brand: the scope of what the house itself does.
	AllBrands(ctx context.Context) ([]uuid.UUID, error)
}

// SessionStore keeps who is signed in.
type SessionStore interface {
	CredentialsOf(ctx context.Context, email string) (rapport.Credentials, error)
	NoteSignIn(ctx context.Context, subject string, limit int, window time.Duration) (time.Duration, error)
	SignedIn(ctx context.Context, account, address string) error
	StartSession(ctx context.Context, tokenHash []byte, user uuid.UUID, life time.Duration, replaces []byte) (time.Time, error)
	EndSession(ctx context.Context, tokenHash []byte) error
	PrincipalOfSession(ctx context.Context, tokenHash []byte, idle time.Duration) (rapport.Principal, error)
	PrincipalOfToken(ctx context.Context, id uuid.UUID) (rapport.Principal, []byte, error)
	SecondFactor(ctx context.Context, user uuid.UUID, confirmed bool) (rapport.SecondFactor, error)
	BeginSecondFactor(ctx context.Context, user uuid.UUID, f rapport.SecondFactor) error
	ConfirmSecondFactor(ctx context.Context, user uuid.UUID, p rapport.Proof, recovery [][]byte) error
	// Prove keeps that a code was right; invalid when it proved something before.
	Prove(ctx context.Context, user uuid.UUID, p rapport.Proof) error
	ReplaceRecoveryCodes(ctx context.Context, user uuid.UUID, p rapport.Proof, hashes [][]byte) error
	RemoveSecondFactor(ctx context.Context, user uuid.UUID, p rapport.Proof) error
	ResetSecondFactor(ctx context.Context, id, by uuid.UUID) (rapport.User, error)
	// ChangePassword keeps the hash of another password and ends every session but the one that is kept.
	ChangePassword(ctx context.Context, user uuid.UUID, hash string, keep []byte) error
	// AskPasswordLink mails a person a link to choose a password; not_found when nobody who may sign in has the address.
	AskPasswordLink(ctx context.Context, email string) error
	PasswordLink(ctx context.Context, tokenHash []byte) (rapport.PasswordLink, error)
	UsePasswordLink(ctx context.Context, tokenHash []byte, hash string) error
	PortalSessionOf(ctx context.Context, tokenHash []byte) (rapport.PortalSession, error)
}

// PeopleStore keeps people, their roles and their API tokens.
type PeopleStore interface {
	ListUsers(ctx context.Context, f rapport.UserFilter, page rapport.Page) ([]rapport.User, []string, error)
	User(ctx context.Context, id uuid.UUID) (rapport.User, error)
	CreateUser(ctx context.Context, u rapport.UserCreate) (rapport.User, error)
	SetRoles(ctx context.Context, user uuid.UUID, brands []rapport.BrandRoles, by uuid.UUID) (rapport.User, error)
	DisableUser(ctx context.Context, id, by uuid.UUID) (rapport.User, error)
	EnableUser(ctx context.Context, id, by uuid.UUID) (rapport.User, error)
	SendPasswordLink(ctx context.Context, id, by uuid.UUID) (rapport.User, error)
	ListRoleRequests(ctx context.Context) ([]rapport.RoleRequest, error)
	ConfirmRoleRequest(ctx context.Context, id, by uuid.UUID, delay time.Duration) (rapport.RoleRequest, error)
	ListTokens(ctx context.Context, user uuid.UUID) ([]rapport.Token, error)
	CreateToken(ctx context.Context, t rapport.Token, secretHash []byte) (rapport.Token, error)
	RevokeToken(ctx context.Context, id, user uuid.UUID) error
}

// BrandStore keeps brands and calendars.
type BrandStore interface {
	ListBrands(ctx context.Context) ([]rapport.Brand, error)
	Brand(ctx context.Context, id uuid.UUID) (rapport.Brand, error)
	CreateBrand(ctx context.Context, b rapport.Brand, c rapport.Calendar, by uuid.UUID) (rapport.Brand, error)
	EditBrand(ctx context.Context, b rapport.Brand, by uuid.UUID) (rapport.Brand, error)
	ListCalendars(ctx context.Context, brandID, ownerID *uuid.UUID, caller uuid.UUID) ([]rapport.OwnedCalendar, error)
	Calendar(ctx context.Context, id, caller uuid.UUID) (rapport.OwnedCalendar, error)
	CreateCalendar(ctx context.Context, c rapport.OwnedCalendar, by uuid.UUID) (rapport.OwnedCalendar, error)
	EditCalendar(ctx context.Context, c rapport.OwnedCalendar, by uuid.UUID) (rapport.OwnedCalendar, error)
}

// CreatorStore keeps creators and finds things by words.
type CreatorStore interface {
	ListCreators(ctx context.Context, words, country, tag string, page rapport.Page) ([]rapport.Creator, []string, error)
	Creator(ctx context.Context, id uuid.UUID) (rapport.Creator, error)
	CreateCreator(ctx context.Context, c rapport.Creator, today time.Time) (rapport.Creator, error)
	EditCreator(ctx context.Context, c rapport.Creator, today time.Time) (rapport.Creator, error)
	// DoNotContact tells the creator's partnerships, of every brand, that nothing more may be sent.
	DoNotContact(ctx context.Context, creator uuid.UUID) error
	SetDoNotContact(ctx context.Context, id uuid.UUID, on bool, reason string, by uuid.UUID) (rapport.Creator, error)
	OpenPartnershipsOf(ctx context.Context, creator uuid.UUID) (map[uuid.UUID]uuid.UUID, error)
	SetBan(ctx context.Context, id uuid.UUID, banned bool, reason string, by uuid.UUID) (rapport.Creator, error)
	ImportCreators(ctx context.Context, sheet rapport.ImportSheet, o rapport.ImportOptions) (rapport.ImportPlan, error)
	Search(ctx context.Context, words string) ([]rapport.SearchHit, error)
}

// CampaignStore keeps campaigns.
type CampaignStore interface {
	ListCampaigns(ctx context.Context, brandID *uuid.UUID, state, words string, page rapport.Page) ([]rapport.Campaign, []string, error)
	Campaign(ctx context.Context, id uuid.UUID) (rapport.Campaign, error)
	CreateCampaign(ctx context.Context, c rapport.Campaign, by uuid.UUID) (rapport.Campaign, error)
	EditCampaign(ctx context.Context, id uuid.UUID, version int, edit func(c *rapport.Campaign) error, reason string, by uuid.UUID) (rapport.Campaign, error)
}

// LibraryStore keeps sequences, mail templates and approval policies, in versions.
type LibraryStore interface {
	ListSequences(ctx context.Context, brandID *uuid.UUID) ([]rapport.SequenceVersion, error)
	CreateSequence(ctx context.Context, v rapport.SequenceVersion, by uuid.UUID) (rapport.SequenceVersion, error)
	ListTemplates(ctx context.Context, brandID *uuid.UUID) ([]rapport.TemplateVersion, error)
	CreateTemplate(ctx context.Context, v rapport.TemplateVersion, by uuid.UUID) (rapport.TemplateVersion, error)
	ListPolicies(ctx context.Context, brandID *uuid.UUID) ([]rapport.PolicyVersion, error)
	CreatePolicy(ctx context.Context, v rapport.PolicyVersion, by uuid.UUID) (rapport.PolicyVersion, error)
}

// TaskStore keeps tasks.
type TaskStore interface {
	ListTasks(ctx context.Context, f rapport.TaskFilter, page rapport.Page) ([]rapport.Task, []string, error)
	CompleteTask(ctx context.Context, id, by uuid.UUID, note string) (rapport.Task, error)
	ReopenTask(ctx context.Context, id, by uuid.UUID) (rapport.Task, error)
	ReassignTask(ctx context.Context, id, to uuid.UUID) (rapport.Task, error)
	SnoozeTask(ctx context.Context, id uuid.UUID, until time.Time) (rapport.Task, error)
	CountTasks(ctx context.Context, f rapport.TaskFilter, most int) (int, error)
	ChangeTasks(ctx context.Context, f rapport.TaskFilter, c rapport.TaskBatch, check func(found int) error) (int, []rapport.RefusedTask, error)
}

// KeyStore keeps the answers to idempotency keys.
type KeyStore interface {
	Once(ctx context.Context, k rapport.IdempotencyKey, act func(ctx context.Context) (rapport.Answer, error)) (rapport.Answer, bool, error)
	ClaimKey(ctx context.Context, k rapport.IdempotencyKey) (rapport.Answer, bool, error)
	SaveAnswer(ctx context.Context, k rapport.IdempotencyKey, answer rapport.Answer) error
	ReleaseKey(ctx context.Context, k rapport.IdempotencyKey) error
}
