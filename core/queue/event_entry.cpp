#include "core/queue/event_entry.h"

#include "core/model/json_writer.h"
#include "core/queue/job_record.h"

#include <array>

namespace signalbox::queue {

using namespace Qt::StringLiterals;

namespace {

using Type = Event::Type;

struct Kind {
    const char *word;
    Type type;
};
constexpr std::array kinds{
    Kind{"submitted", Type::JobSubmitted},  Kind{"started", Type::JobStarted},
    Kind{"progress", Type::JobProgress},    Kind{"completed", Type::JobCompleted},
    Kind{"failed", Type::JobFailed},        Kind{"cancelled", Type::JobCancelled},
    Kind{"requeued", Type::JobRequeued},    Kind{"released", Type::JobReleased},
    Kind{"lease_lost", Type::JobLeaseLost}, Kind{"settle_refused", Type::JobSettleRefused},
    Kind{"promoted", Type::JobPromoted},    Kind{"deleted", Type::JobDeleted},
    Kind{"expired", Type::JobDeleted},      Kind{"trimmed", Type::JobDeleted},
    Kind{"purged", Type::JobsPurged},       Kind{"paused", Type::QueuePaused},
    Kind{"resumed", Type::QueueResumed},    Kind{"repaired", Type::QueueRepaired}};

/// One line, cut at its spaces.
class Line {
public:
    explicit Line(QByteArrayView text) : m_rest(text) { }
    QByteArrayView word()
    {
        const qsizetype space = m_rest.indexOf(' ');
        const QByteArrayView word = space < 0 ? m_rest : m_rest.first(space);
        m_rest = space < 0 ? QByteArrayView() : m_rest.sliced(space + 1);
        return word;
    }
    qint64 integer() { return word().toLongLong(); }
    QString handler() { return handlerOfWord(word()); }
    [[nodiscard]] QByteArrayView rest() const { return m_rest; }

private:
    QByteArrayView m_rest;
};

std::optional<JobStatus> statusOf(QByteArrayView letter)
{
    const Result<JobStatus> status = jobStatusFromLetter(letter.isEmpty() ? '\0' : letter.front());
    return status ? std::optional(*status) : std::nullopt;
}

class EntryReader {
public:
    EntryReader(const QString &queue, EventEntry &entry) : m_entry(entry), m_queue(queue) { }
    void setTime(Timestamp at) { m_at = at; }
    void setWorker(const QString &worker) { m_worker = worker; }
    void read(const Kind &kind, QByteArrayView text)
    {
        Line line(text);
        JsonWriter data;
        switch (kind.type) {
        case Type::JobsPurged:
            readPurged(line, data);
            break;
        case Type::QueuePaused:
            data.text("reason"_L1, QString::fromUtf8(line.rest()));
            break;
        case Type::QueueResumed:
            break;
        case Type::QueueRepaired: // `-`: what was mended is no job's
            m_job = line.rest() == "-" ? JobId() : JobId::trusted(line.rest().toByteArray());
            break;
        case Type::JobFailed:
            readFailed(line);
            return;
        default:
            m_job = JobId::trusted(line.word().toByteArray());
            readJob(kind, line, data);
        }
        add(kind.type, data);
    }

private:
    static void readPurged(Line &line, JsonWriter &data)
    {
        data.integer("count"_L1, line.integer());
        const std::optional<JobStatus> status = statusOf(line.word());
        data.text("status"_L1, status ? toText(*status) : u"all"_s);
    }
    void readFailed(Line &line)
    {
        m_job = JobId::trusted(line.word().toByteArray());
        const qint64 attempts = line.integer();
        const JobStatus status = statusOf(line.word()).value_or(JobStatus::Failed);
        const std::chrono::microseconds ran{line.integer()};
        const QString handler = line.handler(), error = QString::fromUtf8(line.rest());
        JsonWriter failed;
        failed.text("error"_L1, error)
            .boolean("will_retry"_L1, status == JobStatus::Retrying)
            .integer("attempts"_L1, attempts)
            .text("handler"_L1, handler)
            .seconds("duration"_L1, ran)
            .textOrNull("worker_id"_L1, m_worker);
        add(Type::JobFailed, failed);
        if (status != JobStatus::DeadLetter) return;
        JsonWriter dead;
        dead.text("handler"_L1, handler).text("final_error"_L1, error).integer("total_attempts"_L1, attempts);
        add(Type::JobDeadLetter, dead);
    }
    void readJob(const Kind &kind, Line &line, JsonWriter &data)
    {
        switch (kind.type) {
        case Type::JobSubmitted: {
            const auto priority = static_cast<JobPriority>(line.integer() * 10);
            const QByteArrayView due = line.word();
            data.text("handler"_L1, line.handler()).text("priority"_L1, toText(priority));
            data.timeOrNull("scheduled_at"_L1,
                            due == "-" ? std::optional<Timestamp>() : fromMicros(due.toLongLong() * 1000));
            break;
        }
        case Type::JobStarted: {
            const qint64 attempt = line.integer();
            data.textOrNull("worker_id"_L1, m_worker)
                .integer("attempt"_L1, attempt)
                .text("handler"_L1, line.handler());
            break;
        }
        case Type::JobCompleted:
            data.seconds("duration"_L1, std::chrono::microseconds{line.integer()})
                .textOrNull("worker_id"_L1, m_worker);
            break;
        case Type::JobProgress:
            readProgress(line, data);
            break;
        case Type::JobDeleted:
            data.text("reason"_L1, QString::fromLatin1(kind.word));
            if (const std::optional<JobStatus> status = statusOf(line.word()))
                data.text("status"_L1, toText(*status));
            break;
        case Type::JobReleased:
        case Type::JobSettleRefused:
            data.textOrNull("worker_id"_L1, m_worker);
            break;
        default:
            break;
        }
    }
    static void readProgress(Line &line, JsonWriter &data)
    {
        const Result<QList<JsonMember>> members = jsonMembers(line.rest().toByteArray());
        if (!members) return; // the row says that there is progress; what it is stands with the job
        for (const JsonMember &member : *members) {
            if (member.key != "job_id"_L1) data.member(member);
        }
    }
    void add(Type type, JsonWriter &data)
    {
        Event event;
        event.type = type;
        event.source = u"queue/"_s + m_queue;
        event.at = m_at;
        event.queue = m_queue;
        if (type != Type::JobsPurged && type != Type::QueuePaused && type != Type::QueueResumed)
            event.job = m_job;
        event.data = data.take();
        event.cursor = QString::fromLatin1(m_entry.id);
        m_entry.events.append(std::move(event));
    }

    EventEntry &m_entry;
    const QString &m_queue;
    Timestamp m_at{};
    QString m_worker;
    JobId m_job;
};

} // namespace

qint64 EventEntry::lastOf(const QByteArray &id)
{
    return id.first(std::max<qsizetype>(id.indexOf('-'), 0)).toLongLong();
}

std::optional<EventEntry> EventEntry::parse(const QString &queue, const redis::Reply &entry)
{
    if (!entry.isArray() || entry.size() != 2 || !entry.at(1).isArray()) return {};
    EventEntry read;
    read.id = entry.at(0).text;
    read.last = lastOf(read.id);
    read.count = read.id.sliced(read.id.indexOf('-') + 1).toLongLong();
    EntryReader reader(queue, read);
    const std::vector<redis::Reply> &fields = entry.at(1).elements;
    for (size_t i = 0; i + 1 < fields.size(); i += 2) {
        const QByteArray &name = fields[i].text, &value = fields[i + 1].text;
        if (name == "t") reader.setTime(fromMicros(value.toLongLong()));
        if (name == "w") reader.setWorker(QString::fromUtf8(value));
        if (name == "new") read.isFirst = true;
        for (const Kind &kind : kinds) {
            if (name != kind.word) continue;
            for (const QByteArray &line : value.split('\n')) reader.read(kind, line);
        }
    }
    return read;
}

} // namespace signalbox::queue
