// The page's own words, in two languages, and numbers and dates as people write them.

let catalogue = {};
let language = "en";
let home = "UTC";

export async function loadWords(wanted) {
  const answer = await fetch(`/web/words.${wanted}.json`);
  catalogue = await answer.json();
  language = wanted;
  document.documentElement.lang = wanted;
}

export function t(key, values = {}) {
  const text = catalogue[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// The time zone of whatever has none of its own: the shop's.
export function setZone(zone) {
  home = zone;
}

export function has(key) {
  return key in catalogue;
}

export function currentLanguage() {
  return language;
}

function locale() {
  return language === "fr" ? "fr-FR" : "en-GB";
}

export function amount(value, currency, decimals) {
  const digits = decimals === undefined ? {} : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(locale(), { style: "currency", currency, ...digits }).format(value);
}

export function minor(value, currency, decimals) {
  return amount(value / 10 ** decimals, currency, decimals);
}

export function clock(seconds, zone = home) {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(seconds * 1000);
}

export function day(seconds, zone) {
  const key = (moment) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(moment);
  const wanted = key(seconds * 1000);
  if (wanted === key(Date.now())) return t("today");
  if (wanted === key(Date.now() - 86400000)) return t("yesterday");
  return new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long", timeZone: zone }).format(seconds * 1000);
}

export function shortDay(seconds, zone = home) {
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", timeZone: zone }).format(seconds * 1000);
}

// Slack's own date tokens, such as {date_short_pretty}; see its documentation of <!date>.
export function dateToken(name, seconds, zone) {
  const format = (options) => new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options }).format(seconds * 1000);
  const pretty = name.endsWith("_pretty") && [t("today"), t("yesterday")].includes(day(seconds, zone));
  if (pretty) return day(seconds, zone).toLowerCase();
  const long = { day: "numeric", month: "long", year: "numeric" };
  const tokens = {
    date_num: () => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(seconds * 1000),
    date: () => format(long),
    date_short: () => format({ day: "numeric", month: "short", year: "numeric" }),
    date_long: () => format({ weekday: "long", ...long }),
    time: () => clock(seconds, zone),
    time_secs: () => format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: () => ago(seconds),
  };
  return (tokens[name.replace("_pretty", "")] ?? (() => `{${name}}`))();
}

export function ago(seconds) {
  const span = seconds - Date.now() / 1000;
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = steps.find(([, length]) => Math.abs(span) >= length) ?? ["minute", 60];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(span / size), unit);
}
