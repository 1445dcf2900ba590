// Times, as people say them.

const midnight = (time) => new Date(time.getFullYear(), time.getMonth(), time.getDate());

// daysAgo is 0 for today, 1 for yesterday. Days are those of the calendar, also where one has 23 hours.
const daysAgo = (time) => Math.round((midnight(new Date()) - midnight(time)) / 86400000);

// section is the part of a list that a time belongs to.
export function section(stamp) {
  const days = daysAgo(new Date(stamp));
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  const monday = (new Date().getDay() + 6) % 7; // days since Monday
  return days <= monday ? "This week" : "Earlier";
}

// day is the name of a day in a conversation.
export function day(stamp) {
  const time = new Date(stamp);
  const days = daysAgo(time);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  const year = time.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return time.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long", year });
}

// clock is the time of day.
export const clock = (stamp) => new Date(stamp).toLocaleTimeString(undefined, { timeStyle: "short" });

// brief is a time for a list.
export function brief(stamp) {
  const time = new Date(stamp);
  const days = daysAgo(time);
  if (days <= 0) return clock(stamp);
  if (days < 7) return time.toLocaleDateString(undefined, { weekday: "short" });
  const year = time.getFullYear() === new Date().getFullYear() ? undefined : "2-digit";
  return time.toLocaleDateString(undefined, { day: "numeric", month: "short", year });
}

// full is a time in full, for the title of an element.
export const full = (stamp) => new Date(stamp).toLocaleString();
