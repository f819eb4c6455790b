#include "core/queue/run_record.h"

#include <charconv>

namespace signalbox::queue {

namespace {

constexpr size_t fieldCount = 12;

std::optional<qint64> toInteger(QByteArrayView word)
{
    qint64 value = 0;
    const auto [end, error] = std::from_chars(word.begin(), word.end(), value);
    if (error != std::errc() || end != word.end() || word.isEmpty()) return {};
    return value;
}

} // namespace

std::optional<RunRecord> RunRecord::parse(QByteArrayView record)
{
    const qsizetype lineEnd = record.indexOf('\n');
    const QByteArrayView line = lineEnd < 0 ? record : record.first(lineEnd);
    std::array<QByteArrayView, fieldCount> words;
    qsizetype from = 0;
    for (size_t i = 0; i < fieldCount; ++i) {
        const qsizetype space = line.indexOf(' ', from);
        if ((space < 0) != (i == fieldCount - 1)) return {};
        words[i] = space < 0 ? line.sliced(from) : line.sliced(from, space - from);
        from = space + 1;
    }
    const auto [token, letter, flags, attempts, started, size, failures, lost, requeues, rank, ended, ran]
        = words;
    const Result<JobStatus> status
        = letter.size() == 1 ? jobStatusFromLetter(letter.front()) : jobStatusFromLetter('\0');
    const std::optional<qint64> numbers[] = {toInteger(attempts), toInteger(size),     toInteger(failures),
                                             toInteger(lost),     toInteger(requeues), toInteger(rank)};
    if (!status || std::ranges::any_of(numbers, [](const auto &number) { return !number; })) return {};

    RunRecord run;
    const bool isLive = token != "-" && !token.startsWith('!');
    const QByteArrayView last = token.startsWith('!') ? token.sliced(1) : token;
    if (isLive) run.token = token.toByteArray();
    if (token != "-")
        run.workerId = QString::fromUtf8(last.first(std::max<qsizetype>(last.lastIndexOf('/'), 0)));
    run.status = *status;
    run.cancelAsked = flags.startsWith('c');
    if (const qsizetype b = flags.indexOf('b'); b >= 0)
        run.resultBytes = toInteger(flags.sliced(b + 1)).value_or(0);
    run.attempts = static_cast<int>(*numbers[0]);
    run.definitionBytes = *numbers[1];
    run.failures = static_cast<int>(*numbers[2]);
    run.workersLost = static_cast<int>(*numbers[3]);
    run.requeues = static_cast<int>(*numbers[4]);
    run.rank = *numbers[5];
    if (const auto at = toInteger(started)) run.startedAt = fromMicros(*at);
    if (const auto at = toInteger(ended)) run.endedAt = fromMicros(*at);
    // The claim's time is when the job was taken; how long the handler ran is known better where it ran.
    if (const auto time = toInteger(ran); time && run.endedAt)
        run.startedAt = *run.endedAt - std::chrono::microseconds{*time};
    if (lineEnd >= 0) run.text = record.sliced(lineEnd + 1).toByteArray();
    return run;
}

} // namespace signalbox::queue
