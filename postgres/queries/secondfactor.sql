-- name: GetSecondFactor :one
-- The one in use, or the one that is begun.
select f.id, f.secret, f.confirmed_at, (select count(*) from recovery_codes c where c.factor_id = f.id and c.used_at is null)::int as recovery_codes_left
from second_factors f
where f.user_id = @user_id and f.removed_at is null and (f.confirmed_at is not null) = @confirmed::boolean;

-- name: InsertSecondFactor :exec
insert into second_factors (id, user_id, secret) values (@id, @user_id, @secret);

-- name: ConfirmSecondFactor :execrows
update second_factors set confirmed_at = clock_timestamp() where id = @id and user_id = @user_id and confirmed_at is null and removed_at is null;

-- name: RemoveSecondFactor :execrows
-- With its secret, so that nothing proves anything any more.
update second_factors set removed_at = clock_timestamp(), removed_by = @removed_by, secret = null
where user_id = @user_id and removed_at is null and (confirmed_at is not null) = @confirmed::boolean;

-- name: InsertStepUp :exec
insert into step_ups (id, user_id, factor_id, method, totp_step) values (@id, @user_id, @factor_id, @method, sqlc.narg('totp_step'));

-- name: SetSessionStepUp :exec
update sessions set step_up_id = @step_up_id where token_hash = @token_hash and user_id = @user_id;

-- name: InsertRecoveryCode :exec
insert into recovery_codes (code_hash, factor_id) values (@code_hash, @factor_id);

-- name: UseRecoveryCode :execrows
update recovery_codes set used_at = clock_timestamp() where code_hash = @code_hash and factor_id = @factor_id and used_at is null;

-- name: SpendRecoveryCodes :exec
update recovery_codes set used_at = clock_timestamp() where factor_id = @factor_id and used_at is null;

-- name: BootstrapSecondFactor :exec
insert into second_factors (id, user_id, secret, confirmed_at) values (@id, @user_id, @secret, now());
