-- +goose Up
-- Who lets money be taken back, or given up, proves with the second factor that it is them, as who releases a payout does.
alter table reversal_approvals
  add column step_up_id uuid references step_ups,
  add column proved_at timestamptz,
  add column proved_with text;

-- +goose StatementBegin
create function reversal_approval_proof() returns trigger language plpgsql as $$
declare s step_ups;
begin
  select * into s from step_ups x where x.id = new.step_up_id;
  if s.id is null or s.user_id <> new.approver or s.at < clock_timestamp() - interval '5 minutes' or s.at > clock_timestamp()
     or not exists (select 1 from second_factors f where f.id = s.factor_id and f.removed_at is null) then
    raise exception 'this needs a proof of the second factor that is at most five minutes old' using errcode = 'RA050';
  end if;
  new.proved_at := s.at;
  new.proved_with := s.method;
  return new;
end $$;
-- +goose StatementEnd
create trigger reversal_approvals_proof before insert on reversal_approvals for each row execute function reversal_approval_proof();

-- +goose Down
drop trigger reversal_approvals_proof on reversal_approvals;
drop function reversal_approval_proof();
alter table reversal_approvals drop column step_up_id, drop column proved_at, drop column proved_with;
