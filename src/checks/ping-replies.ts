/**
 * Whether the output of iputils' `ping` (without `-q`) has at least `count` replies with no gap between them. Its own sum
 * ("0% packet loss") does not tell: a request that is still under way as ping ends is no loss. The same for scripts is in
 * src/templates/checks/lib/ping.sh.hbs.
 */
export function noneLost(count: number, said: string): boolean {
  const sequence = new Set(Array.from(said.matchAll(/icmp_seq=(\d+) /g), ([, number]) => Number(number)));
  let answered = 0;
  while (sequence.has(answered + 1)) answered += 1;
  return answered >= count;
}
