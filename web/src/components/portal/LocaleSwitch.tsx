import { NativeSelect } from "@mantine/core";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Locale } from "../../api/schema";
import { useShowHome } from "./useHome";
import { keepLocale, names, useSay } from "./words/Words";

/** The creator's choice of a language, which is kept: for this page and for our mails. */
export function LocaleSwitch({ locale }: { locale: Locale }) {
  const say = useSay();
  const show = useShowHome();
  const choose = useAct({
    run: (what: { locale: Locale }, key) => body(api.POST("/v1/portal/locale", { params: { header: { "Idempotency-Key": key } }, body: what })),
    then: (home) => {
      keepLocale(home.locale);
      show(home);
    },
    touches: ["portal"],
    announce: true,
  });
  return (
    <NativeSelect
      size="sm"
      aria-label={say("language")}
      value={locale}
      disabled={choose.isPending}
      onChange={(event) => choose.mutate({ locale: event.currentTarget.value as Locale })}
      data={Object.entries(names).map(([value, label]) => ({ value, label }))}
    />
  );
}
