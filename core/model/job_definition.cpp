#include "core/model/job_definition.h"

#include "core/model/json_fields.h"
#include "core/model/json_writer.h"
#include "core/model/words.h"

#include <QSet>

#include <algorithm>

namespace signalbox {

using namespace Qt::StringLiterals;

namespace {

bool hasControl(QStringView text)
{
    return std::any_of(text.begin(), text.end(),
                       [](QChar c) { return c.category() == QChar::Other_Control; });
}

/// What every short text of a job must be: within its length, and writable as UTF-8.
Result<> checkText(QStringView field, const QString &text, int charsMax)
{
    if (text.size() > charsMax)
        return failField(field, Words::tr("It has %L1 characters.").arg(text.size()),
                         Words::tr("Give at most %L1.").arg(charsMax));
    if (!text.isValidUtf16())
        return failField(field, Words::tr("Half of a surrogate pair stands alone in it."),
                         Words::tr("Give valid Unicode."));
    return {};
}

Result<> checkName(QStringView field, const QString &text, int charsMax)
{
    if (text.trimmed().isEmpty())
        return failField(field, Words::tr("It is empty."), Words::tr("Give a text."));
    if (hasControl(text))
        return failField(field, Words::tr("It has a control character."), Words::tr("Give printable text."));
    return checkText(field, text, charsMax);
}

Result<> checkTags(const QMap<QString, QString> &tags)
{
    if (tags.size() > JobLimits::tagsMax)
        return failField(u"tags", Words::tr("There are %L1.").arg(tags.size()),
                         Words::tr("Give at most %L1.").arg(JobLimits::tagsMax));
    for (auto tag = tags.cbegin(); tag != tags.cend(); ++tag) {
        if (Result<> key = checkName(u"tags", tag.key(), JobLimits::tagCharsMax); !key) return key;
        if (Result<> value = checkText(u"tags", tag.value(), JobLimits::tagCharsMax); !value) return value;
    }
    return {};
}

Result<> checkPayload(QStringView field, const JsonText &payload, JsonText::Root root,
                      const JsonLimits &limits)
{
    // Scanned again, as the limits may be tighter than those it was made with.
    const Result<JsonText> checked = JsonText::parse(payload.bytes(), root, limits);
    if (checked) return {};
    return failField(field, checked.error().why, checked.error().todo);
}

Result<> checkDependencies(const JobDefinition &job)
{
    if (job.dependsOn.size() > JobLimits::dependenciesMax)
        return failField(u"depends_on", Words::tr("It names %L1 jobs.").arg(job.dependsOn.size()),
                         Words::tr("Name at most %L1.").arg(JobLimits::dependenciesMax));
    QSet<JobId> seen;
    for (const JobId &id : job.dependsOn) {
        if (id.isNull() || seen.contains(id))
            return failField(u"depends_on", Words::tr("It names a job twice, or none."),
                             Words::tr("Name each job once."));
        if (id == job.id)
            return failField(u"depends_on", Words::tr("It names the job itself."),
                             Words::tr("Name other jobs."));
        seen.insert(id);
    }
    return {};
}

JobPriority readPriority(JsonFields &fields)
{
    constexpr auto key = "priority"_L1;
    const JsonMember *member = fields.find(key);
    if (!member) return JobPriority::Normal;
    if (jsonKind(member->value) == JsonKind::String)
        return fields.named<JobPriority>(key, JobPriority::Normal, jobPriorityFromText);
    const Result<JobPriority> priority = jobPriorityFromNumber(fields.integer(key, 0));
    if (!priority) fields.refuse(key, priority.error().what, priority.error().todo);
    return priority.value_or(JobPriority::Normal);
}

/// The limits of the whole document, so that args and kwargs are refused by name and not as a part of
/// something.
JsonLimits documentLimits(const JsonLimits &each)
{
    constexpr qsizetype restBytesMax = 1024 * 1024; // every other field at its limit
    const qsizetype half = std::numeric_limits<qsizetype>::max() / 2 - restBytesMax;
    return {2 * std::min(each.bytesMax, half) + restBytesMax, std::min(each.depthMax, 1'000'000) + 2};
}

} // namespace

void JobDefinition::complete(const JobId &newId, Timestamp now)
{
    if (id.isNull()) id = newId;
    if (createdAt == Timestamp{}) createdAt = now;
    if (name.isEmpty()) name = nameOf(handler);
}

QString JobDefinition::nameOf(const QString &handler)
{
    QString name = handler.sliced(handler.lastIndexOf(u'.') + 1);
    if (name.isEmpty()) name = handler;
    name.truncate(JobLimits::nameCharsMax);
    if (!name.isEmpty() && name.back().isHighSurrogate()) name.chop(1); // never half a character
    return name;
}

Result<> JobDefinition::validate(const JobLimits &limits) const
{
    const auto timeoutIsRight = [this]() -> Result<> {
        if (!timeout || (timeout->count() > 0 && *timeout <= JobLimits::timeoutMax)) return {};
        return failField(u"timeout",
                         Words::tr("It is %L1 s.").arg(std::chrono::duration<double>(*timeout).count()),
                         Words::tr("Give seconds above 0, up to %L1, or null for none.")
                             .arg(JobLimits::timeoutMax.count()));
    };
    return checkName(u"handler", handler, JobLimits::handlerCharsMax)
        .and_then([&] { return checkName(u"queue", queue, JobLimits::queueCharsMax); })
        .and_then([&] { return checkText(u"name", name, JobLimits::nameCharsMax); })
        .and_then(
            [&] { return checkText(u"idempotency_key", idempotencyKey, JobLimits::idempotencyKeyCharsMax); })
        .and_then([&] { return retry.validate(); })
        .and_then(timeoutIsRight)
        .and_then([&] { return checkTags(tags); })
        .and_then([&] { return checkDependencies(*this); })
        .and_then([&] { return checkPayload(u"args", args, JsonText::Root::Array, limits.json); })
        .and_then([&] { return checkPayload(u"kwargs", kwargs, JsonText::Root::Object, limits.json); });
}

Result<JobDefinition> JobDefinition::fromJson(const QByteArray &json, const JobLimits &limits)
{
    JsonFields fields(json, documentLimits(limits.json));
    JobDefinition job;
    job.id = fields.jobIdOrNull("id"_L1);
    job.handler = fields.requiredText("handler"_L1);
    job.name = fields.textOrNull("name"_L1);
    job.queue = fields.text("queue"_L1, job.queue);
    job.args = fields.json("args"_L1, job.args, JsonText::Root::Array, limits.json);
    job.kwargs = fields.json("kwargs"_L1, job.kwargs, JsonText::Root::Object, limits.json);
    job.priority = readPriority(fields);
    constexpr qint64 intMax = std::numeric_limits<int>::max();
    job.retry.maxRetries
        = static_cast<int>(fields.integer("max_retries"_L1, job.retry.maxRetries, 0, intMax));
    job.retry.base = fields.seconds("retry_delay"_L1, job.retry.base);
    job.retry.factor = fields.number("retry_backoff"_L1, job.retry.factor);
    job.timeout = fields.secondsOrNull("timeout"_L1);
    job.tags = fields.textMap("tags"_L1);
    job.createdAt = fields.timeOrNull("created_at"_L1).value_or(Timestamp{});
    job.dependsOn = fields.jobIds("depends_on"_L1);
    job.scheduledAt = fields.timeOrNull("scheduled_at"_L1);
    job.idempotencyKey = fields.textOrNull("idempotency_key"_L1);
    job.unknown = fields.unknown();
    if (job.name.isEmpty()) job.name = nameOf(job.handler);
    return fields.result().and_then([&] { return job.validate(limits); }).map([&] { return std::move(job); });
}

QByteArray JobDefinition::toJson() const
{
    QList<QByteArray> parents;
    for (const JobId &parent : dependsOn) parents.append('"' + parent.bytes() + '"');
    JsonWriter writer;
    writer.jobId("id"_L1, id)
        .text("name"_L1, name)
        .text("handler"_L1, handler)
        .text("queue"_L1, queue)
        .json("args"_L1, args.bytes())
        .json("kwargs"_L1, kwargs.bytes())
        .integer("priority"_L1, static_cast<int>(priority))
        .integer("max_retries"_L1, retry.maxRetries)
        .seconds("retry_delay"_L1, retry.base)
        .number("retry_backoff"_L1, retry.factor)
        .secondsOrNull("timeout"_L1, timeout)
        .textMap("tags"_L1, tags)
        .time("created_at"_L1, createdAt)
        .json("depends_on"_L1, jsonArray(parents))
        .timeOrNull("scheduled_at"_L1, scheduledAt);
    if (!idempotencyKey.isEmpty()) writer.text("idempotency_key"_L1, idempotencyKey);
    for (const JsonMember &member : unknown) writer.member(member);
    return writer.take();
}

} // namespace signalbox
