import * as z from "zod/mini";

// What the address of a page may say. A value that makes no sense is as good as absent: a link that was cut off or
// typed by hand still opens its page.

const tolerant = <T extends z.ZodMiniType>(type: T) => z.catch(z.optional(type), undefined);

/** The search parameters of a page. */
export const search = z.object;

/** Words somebody typed. */
export const words = tolerant(z.string().check(z.maxLength(200)));

/** Where a list goes on. */
export const cursor = tolerant(z.string().check(z.maxLength(500)));

/** The id of a thing. */
export const id = tolerant(z.uuid());

/** A day. */
export const date = tolerant(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)));

/** A country's code of two capitals. */
export const country = tolerant(z.string().check(z.regex(/^[A-Z]{2}$/)));

/** The columns of a list that are shown, with dots between. */
export const columns = tolerant(z.string().check(z.regex(/^[\w.-]{1,300}$/)));

/** Yes, or absent. */
export const flag = tolerant(z.boolean());

/** A path of ours, never another site's. */
export const path = tolerant(z.string().check(z.regex(/^\/(?![/\\])/)));

/** One of some words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => tolerant(z.enum(values));

/** Any number of some words. */
export const someOf = <const T extends readonly [string, ...string[]]>(values: T) => tolerant(z.array(z.enum(values)));

/** What the parameters are once read. */
export type Read<T extends z.ZodMiniType> = z.infer<T>;
