#include "core/queue/job_record.h"

#include "core/model/json_fields.h"
#include "core/model/json_writer.h"
#include "core/model/utf8_text.h"
#include "core/queue/words.h"

#include <algorithm>
#include <charconv>

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// Cuts a text into words and lines without copying.
class TextCutter {
public:
    explicit TextCutter(QByteArrayView text) : m_rest(text) { }
    QByteArrayView until(char separator)
    {
        const qsizetype at = m_rest.indexOf(separator);
        const QByteArrayView part = at < 0 ? m_rest : m_rest.first(at);
        m_rest = at < 0 ? QByteArrayView() : m_rest.sliced(at + 1);
        return part;
    }
    /// `-` is nothing; what is no number makes isWrong().
    std::optional<qint64> integer()
    {
        const QByteArrayView word = until(' ');
        if (word == "-") return {};
        qint64 value = 0;
        const auto [end, error] = std::from_chars(word.begin(), word.end(), value);
        m_isWrong = m_isWrong || error != std::errc() || end != word.end();
        return value;
    }
    double number()
    {
        const QByteArrayView word = until(' ');
        double value = 0;
        const auto [end, error] = std::from_chars(word.begin(), word.end(), value);
        m_isWrong = m_isWrong || error != std::errc() || end != word.end();
        return value;
    }
    [[nodiscard]] QByteArrayView rest() const { return m_rest; }
    [[nodiscard]] bool isWrong() const { return m_isWrong; }

private:
    QByteArrayView m_rest;
    bool m_isWrong = false;
};

QByteArray extrasOf(const JobDefinition &job)
{
    const bool hasName = job.name != JobDefinition::nameOf(job.handler);
    if (!hasName && job.tags.isEmpty() && job.idempotencyKey.isEmpty()) return {};
    JsonWriter writer;
    if (hasName) writer.text("name"_L1, job.name);
    if (!job.tags.isEmpty()) writer.textMap("tags"_L1, job.tags);
    if (!job.idempotencyKey.isEmpty()) writer.text("idempotency_key"_L1, job.idempotencyKey);
    return writer.take();
}

QByteArray unknownOf(const JobDefinition &job)
{
    if (job.unknown.isEmpty()) return {};
    JsonWriter writer;
    for (const JsonMember &member : job.unknown) writer.member(member);
    return jsonOnOneLine(writer.take());
}

/// Line 2.
struct Numbers {
    JobPriority priority = JobPriority::Normal;
    RetryPolicy retry;
    std::optional<milliseconds> timeout;
    Timestamp createdAt{};
    std::optional<Timestamp> scheduledAt;
    qint64 argsBytes = 0, kwargsBytes = 0;
    QByteArrayView flags;
    bool isWrong = false;
};

Numbers readNumbers(QByteArrayView line)
{
    TextCutter words(line);
    Numbers read;
    const qint64 level = words.integer().value_or(-1);
    read.retry.maxRetries = static_cast<int>(words.integer().value_or(0));
    read.retry.base = milliseconds{words.integer().value_or(0)};
    read.retry.factor = words.number();
    if (const std::optional<qint64> timeout = words.integer()) read.timeout = milliseconds{*timeout};
    read.createdAt = fromMicros(words.integer().value_or(0));
    if (const std::optional<qint64> at = words.integer()) read.scheduledAt = fromMicros(*at);
    read.argsBytes = words.integer().value_or(-1);
    read.kwargsBytes = words.integer().value_or(-1);
    read.flags = words.rest();
    read.isWrong = words.isWrong() || level < 0 || level > 3 || read.argsBytes < 0 || read.kwargsBytes < 0;
    if (!read.isWrong) read.priority = static_cast<JobPriority>(level * 10);
    return read;
}

struct Extras {
    QString name;
    QMap<QString, QString> tags;
    QString idempotencyKey;
};

Result<Extras> readExtras(QByteArrayView line, const QString &handler)
{
    if (line.isEmpty()) return Extras{JobDefinition::nameOf(handler), {}, {}};
    JsonFields fields(line.toByteArray());
    Extras extras{fields.text("name"_L1, JobDefinition::nameOf(handler)), fields.textMap("tags"_L1),
                  fields.text("idempotency_key"_L1)};
    return fields.result().map([&] { return std::move(extras); });
}

tl::unexpected<Error> damaged(const JobId &id, const QString &why)
{
    return fail(Error::Kind::Damaged, Words::tr("The stored definition of job %1 is damaged.").arg(id.text()),
                why, Words::tr("Another program has written to this queue: run signalboxctl doctor --deep."));
}

} // namespace

QByteArray handlerWord(const QString &handler)
{
    const QByteArray text = handler.toUtf8();
    const auto isSpecial
        = [](char c) { return c == '%' || c == '\x7f' || static_cast<unsigned char>(c) <= ' '; };
    // U+0085, U+2028 and other white space beyond ASCII are no separators in a record.
    if (std::none_of(text.begin(), text.end(), isSpecial)) return text;
    QByteArray word;
    for (const char c : text) {
        if (isSpecial(c))
            word += '%' + QByteArray(1, c).toHex().toUpper();
        else
            word += c;
    }
    return word;
}

QString handlerOfWord(QByteArrayView word)
{
    if (!word.contains('%')) return textFromUtf8(word);
    return textFromUtf8(QByteArray::fromPercentEncoding(word.toByteArray()));
}

EncodedJob encodeJob(const JobDefinition &job)
{
    EncodedJob encoded;
    encoded.handler = handlerWord(job.handler);
    encoded.level = static_cast<char>('0' + static_cast<int>(job.priority) / 10);
    const QByteArray &args = job.args.bytes(), &kwargs = job.kwargs.bytes();
    const bool isApart = args.size() + kwargs.size() > EncodedJob::payloadBytesInline;
    QByteArray &record = encoded.record;
    record.reserve(encoded.handler.size() + 100 + (isApart ? 0 : args.size() + kwargs.size()));
    record += encoded.handler;
    record += '\n';
    record += encoded.level;
    const QByteArray dash = QByteArrayLiteral("-");
    const auto add = [&record](const QByteArray &word) {
        record += ' ';
        record += word;
    };
    add(QByteArray::number(job.retry.maxRetries));
    add(QByteArray::number(qint64{job.retry.base.count()}));
    add(jsonNumber(job.retry.factor));
    add(job.timeout ? QByteArray::number(qint64{job.timeout->count()}) : dash);
    add(QByteArray::number(toMicros(job.createdAt)));
    add(job.scheduledAt ? QByteArray::number(toMicros(*job.scheduledAt)) : dash);
    add(QByteArray::number(args.size()));
    add(QByteArray::number(kwargs.size()));
    record += isApart ? " b\n" : " -\n";
    record += extrasOf(job);
    record += '\n';
    record += unknownOf(job);
    record += '\n';
    if (isApart) {
        encoded.payload = args + kwargs;
    } else {
        record += args;
        record += kwargs;
    }
    return encoded;
}

Result<JobDefinition> decodeJob(const JobId &id, const QString &queue, const QByteArray &record)
{
    TextCutter lines(record);
    JobDefinition job;
    job.id = id;
    job.queue = queue;
    job.handler = handlerOfWord(lines.until('\n'));
    const Numbers numbers = readNumbers(lines.until('\n'));
    if (job.handler.isEmpty() || numbers.isWrong)
        return damaged(id, Words::tr("Its first two lines are not as they should be."));
    job.priority = numbers.priority;
    job.retry = numbers.retry;
    job.timeout = numbers.timeout;
    job.createdAt = numbers.createdAt;
    job.scheduledAt = numbers.scheduledAt;
    Result<Extras> extras = readExtras(lines.until('\n'), job.handler);
    if (!extras) return damaged(id, extras.error().why);
    job.name = std::move(extras->name);
    job.tags = std::move(extras->tags);
    job.idempotencyKey = std::move(extras->idempotencyKey);
    if (const QByteArrayView unknown = lines.until('\n'); !unknown.isEmpty()) {
        Result<QList<JsonMember>> members = jsonMembers(unknown.toByteArray());
        if (!members) return damaged(id, members.error().why);
        job.unknown = std::move(*members);
    }
    if (lines.rest().size() != numbers.argsBytes + numbers.kwargsBytes)
        return damaged(id,
                       Words::tr("Its payload has %L1 bytes instead of %L2.")
                           .arg(lines.rest().size())
                           .arg(numbers.argsBytes + numbers.kwargsBytes));
    job.args = JsonText::trusted(lines.rest().first(numbers.argsBytes).toByteArray());
    job.kwargs = JsonText::trusted(lines.rest().sliced(numbers.argsBytes).toByteArray());
    return job;
}

JobSummary summarizeJob(const JobId &id, const QString &queue, const QByteArray &record)
{
    TextCutter lines(record);
    JobSummary row;
    row.id = id;
    row.queue = queue;
    row.handler = handlerOfWord(lines.until('\n'));
    const Numbers numbers = readNumbers(lines.until('\n'));
    Result<Extras> extras = readExtras(lines.until('\n'), row.handler);
    if (row.handler.isEmpty() || numbers.isWrong || !extras) {
        row.name = Words::tr("(damaged)");
        return row;
    }
    row.name = std::move(extras->name);
    row.tags = std::move(extras->tags);
    row.priority = numbers.priority;
    row.maxRetries = numbers.retry.maxRetries;
    row.timeout = numbers.timeout;
    row.createdAt = numbers.createdAt;
    row.payloadBytes = numbers.argsBytes + numbers.kwargsBytes;
    return row;
}

std::optional<DefinitionHead> readDefinitionHead(const QByteArray &record)
{
    TextCutter lines(record);
    const QString handler = handlerOfWord(lines.until('\n'));
    const Numbers numbers = readNumbers(lines.until('\n'));
    const Result<Extras> extras = readExtras(lines.until('\n'), handler);
    const bool isApart = numbers.flags == "b";
    if (handler.isEmpty() || numbers.isWrong || !extras || !(isApart || numbers.flags == "-")) return {};
    return DefinitionHead{static_cast<int>(numbers.priority) / 10, numbers.createdAt, numbers.scheduledAt,
                          numbers.argsBytes + numbers.kwargsBytes, isApart,           extras->idempotencyKey};
}

} // namespace signalbox::queue
