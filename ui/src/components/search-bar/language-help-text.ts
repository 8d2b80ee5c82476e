interface HelpSection {
  title: string;
  examples: { text: string; about: string }[];
}

/** The language by example; docs/search-language.md says all of it. */
export const HELP_SECTIONS: HelpSection[] = [
  {
    title: 'Words',
    examples: [
      { text: 'timeout', about: 'a word of the message, in any case' },
      { text: '"connection refused"', about: 'words in this order' },
      { text: 'conn* OR /time(d )?out/', about: 'wildcards and regular expressions' },
      { text: 'c(Timeout)', about: 'upper and lower case as written' },
    ],
  },
  {
    title: 'Fields',
    examples: [
      { text: 'level:>=warn service:cart', about: 'both hold' },
      { text: 'service in (cart, checkout) -host:web-1', about: 'one of several, and not' },
      { text: 'duration_ms:[100 TO 500]', about: 'a range; { } leave the ends out' },
      { text: 'duration_ms>1.5s', about: 'units follow the name of the field' },
      { text: 'client_ip:10.0.0.0/8', about: 'a network' },
      { text: 'exists(user_id) service:i(CART)', about: 'has the field; in any case' },
      { text: 'time:>now-15m', about: 'the last quarter of an hour' },
    ],
  },
  {
    title: 'Pipes',
    examples: [
      { text: 'level:error | stats count() by service', about: 'counts by a field' },
      { text: '* | timechart 5m count() by level', about: 'counts over time' },
      {
        text: '* | stats count(), p95(duration_ms) as p95 by service | where p95 > 100 | sort p95 desc',
        about: 'slow services',
      },
      {
        text: '* | stats countif(level:error) / count() as share by service',
        about: 'computed from aggregates',
      },
      { text: '* | top 10 service', about: 'the most frequent values' },
      {
        text: '* | where duration_ms > 500 | fields time, service, message, duration_ms',
        about: 'columns of slow requests',
      },
      {
        text: '* | eval seconds = duration_ms / 1000 | sort seconds desc | limit 20',
        about: 'a computed column',
      },
      {
        text: '* | extract "user=<user> took <ms>ms" | stats avg(ms) by user',
        about: 'columns cut out of the message',
      },
      { text: 'timeout | context before 5 after 5 by host', about: 'the records around each' },
      { text: '* | stats count() by service | compare 1d', about: 'beside the day before' },
    ],
  },
  {
    title: 'Aggregates',
    examples: [
      { text: '* | stats uniq(user_id), values(host) by service', about: 'different values' },
      { text: '* | stats min(time), max(time), last(message) by service', about: 'first and last' },
      { text: '* | stats rate() by bucket(time, 1m)', about: 'records a second' },
    ],
  },
];
