package io.millrace.it.trial;

import io.millrace.it.trial.Account.ChannelLog;
import io.millrace.it.trial.Account.Entry;
import io.millrace.it.trial.Account.Odd;
import io.millrace.it.trial.Account.Saw;
import io.millrace.it.trial.Account.Step;
import io.millrace.it.trial.Account.Stood;
import io.millrace.it.trial.Account.Trail;
import io.millrace.it.trial.Account.WasReset;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;

/** I3, I6, I7, I9, I23: what each reader was told against what stands. */
final class TrailChecks {
    private final Verdict.Findings findings;
    private final Account account;
    private final Map<String, NavigableMap<Long, Entry>> logs;
    private long events;
    private long resumes;
    private long resets;
    private long skipped;
    private long due;

    TrailChecks(Verdict.Findings findings, Account account, Map<String, NavigableMap<Long, Entry>> logs) {
        this.findings = findings;
        this.account = account;
        this.logs = logs;
    }

    void check() {
        account.trails().forEach(trail -> new Walk(trail).go());
        findings.saw(Invariant.I3, events + " deliveries of " + account.trails().size() + " trails");
        findings.saw(Invariant.I6, resumes + " resumes");
        findings.saw(Invariant.I7, resets + " resets, all needed and complete");
        findings.saw(Invariant.I9, events + " ids");
        findings.saw(Invariant.I23, due + " due = " + events + " delivered + " + skipped + " told as reset");
        if (due != events + skipped) {
            findings.fault(
                    Invariant.I23, due + " were due, " + events + " delivered and " + skipped + " told as reset");
        }
    }

    /** One trail from its beginning to its end. */
    private final class Walk {
        private final Trail trail;
        private final String where;
        private final NavigableMap<Long, Entry> log;
        private final boolean retained;
        private final Set<Long> seen = new HashSet<>();
        private long start = -1;
        private long position = -1;
        private long beforeReset = -1;

        Walk(Trail trail) {
            this.trail = trail;
            this.where = trail.reader() + " on " + trail.channel();
            this.log = logs.getOrDefault(trail.channel(), new java.util.TreeMap<>());
            ChannelLog known = account.logs().get(trail.channel());
            this.retained = known != null && known.retained();
        }

        void go() {
            for (Step step : trail.steps()) {
                if (step instanceof Saw saw) {
                    saw(saw);
                } else if (step instanceof Stood stood) {
                    stood(stood);
                } else if (step instanceof WasReset reset) {
                    reset(reset);
                } else if (step instanceof Odd odd) {
                    findings.fault(Invariant.I9, where + " at " + odd.at() + " ms: " + odd.what());
                }
            }
            long head = log.isEmpty() ? 0 : log.lastKey();
            if (start < 0) {
                findings.fault(Invariant.I6, where + " was never let in");
                return;
            }
            due += Math.max(head, position) - start;
            if (position < head) {
                findings.fault(
                        Invariant.I6, where + " lost: stands at " + position + " in the end, the head is " + head);
            }
        }

        private void stood(Stood stood) {
            if (position < 0) {
                start = stood.offset();
            } else {
                resumes++;
                if (stood.offset() < position) {
                    findings.fault(Invariant.I9, where + " moved back from " + position + " to " + stood);
                } else if (stood.offset() > position) {
                    findings.fault(Invariant.I7, where + " silent gap: from " + position + " to " + stood);
                }
            }
            position = stood.offset();
            beforeReset = -1;
        }

        private void reset(WasReset reset) {
            resets++;
            if (!reset.reason().equals("retention") || !retained) {
                findings.fault(Invariant.I7, where + " told of a reset that can't be: " + reset);
            }
            if (beforeReset >= 0 && reset.requested() == beforeReset) {
                skipped -= position - beforeReset; // it never heard the end of the reset before, and is told again
                position = beforeReset;
            }
            if (position < 0) {
                start = reset.availableFrom() - 1;
            } else {
                if (reset.requested() >= 0 && reset.requested() != position) {
                    findings.fault(Invariant.I7, where + " stands at " + position + ", told of " + reset);
                }
                if (reset.availableFrom() <= position + 1) {
                    findings.fault(Invariant.I7, where + " stands at " + position + ", needed no " + reset);
                }
                skipped += reset.availableFrom() - 1 - position;
            }
            beforeReset = position;
            position = reset.availableFrom() - 1;
        }

        private void saw(Saw saw) {
            long offset = saw.offset();
            if (position < 0) {
                findings.fault(Invariant.I9, where + " heard " + offset + " before it was told where it stands");
                start = offset - 1;
                position = start;
            }
            if (offset > position + 1) {
                findings.fault(Invariant.I7, where + " silent gap: " + offset + " came after " + position);
            } else if (offset <= position) {
                boolean again = seen.contains(offset) || offset <= start;
                findings.fault(
                        again ? Invariant.I6 : Invariant.I3,
                        where + (again ? " duplicated: " : " out of order: ") + offset + " came after " + position);
            }
            if (seen.add(offset) && offset > start) {
                events++;
            }
            position = Math.max(position, offset);
            beforeReset = -1;
            compare(saw);
        }

        private void compare(Saw saw) {
            Entry stands = log.get(saw.offset());
            if (stands != null && stands.print() != saw.print()) {
                findings.fault(Invariant.I3, where + " changed: offset " + saw.offset() + " isn't what the log has");
            } else if (stands == null && !retained) {
                findings.fault(Invariant.I1, where + " phantom: offset " + saw.offset() + " is not in the log");
            }
        }
    }
}
