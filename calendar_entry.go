package rapport

import (
	"time"

	"github.com/google/uuid"
)

// The kinds of entries of the calendar.
const (
	EntryDraftDue      = "draft_due"
	EntryPublishWindow = "publish_window"
	EntryPlannedPost   = "planned_post" // when content will be published, which takes the place of its window
	EntryContractEnd   = "contract_end"
	EntryNotice        = "notice" // the last moment to decide on a renewal
	EntryCampaignStart = "campaign_start"
	EntryCampaignEnd   = "campaign_end"
	EntryCampaignDate  = "campaign_date"
	EntryPayment       = "payment_due"
	EntryAbsence       = "absence"
	// KeyUsageRights, KeyAllowlisting, KeyExclusivity and KeyOption are kinds of entries too.
)

// CalendarEntry is something that has a date.
type CalendarEntry struct {
	Kind          string
	ID            uuid.UUID // of what it is about; with Kind it names the entry
	Title         string
	BrandName     string
	CampaignID    *uuid.UUID
	CampaignName  string
	PartnershipID *uuid.UUID
	Creator       *UserRef
	Platform      string
	State         string
	From, To      time.Time // with Days the first and the last day as dates, else instants
	Days          bool
}

// Posted says that the entry is of content that is out, at the moment of its post.
func (e CalendarEntry) Posted() bool { return e.Kind == EntryPublishWindow && isPosted(e.State) }

// CalendarFilter narrows the entries of the days from From to To, both dates; zero fields do not.
type CalendarFilter struct {
	BrandID    *uuid.UUID
	CampaignID *uuid.UUID
	CreatorID  *uuid.UUID
	OwnerID    *uuid.UUID // of the partnership, or of the campaign
	Platform   string
	State      string
	From, To   time.Time
}

// CalendarFeed is a link by which a calendar program reads, without its token.
type CalendarFeed struct {
	ID           uuid.UUID
	UserID       uuid.UUID
	CampaignID   *uuid.UUID // nil: of all the person's campaigns
	CampaignName string
	CreatedAt    time.Time
	LastUsedAt   *time.Time
	Brands       []uuid.UUID // that its person may see now
}
