import type { ComboboxItem, OptionsFilter } from "@mantine/core";

// ISO 3166-1 alpha-2, without what is reserved; the browser knows the names.
const codes = (
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM "
  + "CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY "
  + "HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF "
  + "MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE "
  + "RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ "
  + "VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
).split(" ");

const names = new Intl.DisplayNames("en", { type: "region", fallback: "code" });

/** "Germany" for "DE"; a code that is none is said as it is. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code;
}

/** Every country by its name, for a field to choose from. */
export const countries = (): { value: string; label: string }[] =>
  codes.map((value) => ({ value, label: countryName(value) })).sort((a, b) => a.label.localeCompare(b.label));

/** Finds countries by what is typed: by their code, then names that begin with it, then names that contain it. */
export const findCountry: OptionsFilter = ({ options, search }) => {
  const typed = search.trim().toLowerCase();
  const place = ({ value, label }: ComboboxItem) => {
    const name = label.toLowerCase();
    return value.toLowerCase() === typed ? 0 : name.startsWith(typed) ? 1 : name.includes(typed) ? 2 : 3;
  };
  return (options as ComboboxItem[]).filter((option) => place(option) < 3).sort((a, b) => place(a) - place(b));
};
