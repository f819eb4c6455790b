#include "core/queue/run_record.h"

#include <charconv>

namespace signalbox::queue {

namespace {

constexpr size_t fieldCount = 12;
constexpr qint64 countMax = std::numeric_limits<int>::max();
constexpr qint64 rankMax = 4 * Rank::levelSpan - 1;

std::optional<qint64> toInteger(QByteArrayView word)
{
    qint64 value = 0;
    const auto [end, error] = std::from_chars(word.begin(), word.end(), value);
    if (error != std::errc() || end != word.end() || word.isEmpty()) return {};
    return value;
}

/// Digits alone, and no more than can be.
std::optional<qint64> upTo(qint64 most, QByteArrayView word)
{
    const std::optional<qint64> value = toInteger(word);
    return value && word.front() != '-' && *value <= most ? value : std::nullopt;
}

bool isTime(QByteArrayView word)
{
    return word == "-" || upTo(std::numeric_limits<qint64>::max(), word);
}

struct Flags {
    bool cancelAsked = false;
    qint64 resultBytes = 0;
};

std::optional<Flags> readFlags(QByteArrayView word)
{
    Flags flags;
    if (word == "-") return flags;
    flags.cancelAsked = word.startsWith('c');
    if (flags.cancelAsked) word = word.sliced(1);
    if (word.isEmpty()) return flags.cancelAsked ? std::optional(flags) : std::nullopt;
    const std::optional<qint64> bytes
        = word.startsWith('b') ? upTo(RunRecord::bytesMax, word.sliced(1)) : std::nullopt;
    if (!bytes) return {};
    flags.resultBytes = *bytes;
    return flags;
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
    const auto [token, letter, flagWord, attempts, started, size, failures, lost, requeues, rank, ended, ran]
        = words;
    const Result<JobStatus> status
        = letter.size() == 1 ? jobStatusFromLetter(letter.front()) : jobStatusFromLetter('\0');
    const std::optional<Flags> flags = readFlags(flagWord);
    const std::optional<qint64> numbers[]
        = {upTo(countMax, attempts), upTo(RunRecord::bytesMax, size), upTo(countMax, failures),
           upTo(countMax, lost),     upTo(countMax, requeues),        upTo(rankMax, rank)};
    if (token.isEmpty() || !status || !flags
        || std::ranges::any_of(numbers, [](const auto &number) { return !number; }))
        return {};
    if (!isTime(started) || !isTime(ended) || !(ran == "-" || toInteger(ran))) return {};

    RunRecord run;
    const bool isLive = token != "-" && !token.startsWith('!');
    const QByteArrayView last = token.startsWith('!') ? token.sliced(1) : token;
    if (isLive) run.token = token.toByteArray();
    if (token != "-")
        run.workerId = QString::fromUtf8(last.first(std::max<qsizetype>(last.lastIndexOf('/'), 0)));
    run.status = *status;
    run.cancelAsked = flags->cancelAsked;
    run.resultBytes = flags->resultBytes;
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
