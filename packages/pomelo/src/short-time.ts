/** Returns month, day, hour and minute, as Pomelo's logs have them: `11231605`. */
export function shortTime(date: Date): string {
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes()]
  return parts.map((part) => String(part).padStart(2, '0')).join('')
}
