#include "app/ctl/job_lines.h"

#include "app/ctl/words.h"
#include "core/model/json_writer.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "core/service/new_job.h"

#include <unistd.h>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype batchMax = 500;               // jobs in one call, as the queue takes them
constexpr qint64 batchBytesMax = 8'000'000;       // so that a few large ones do not make one huge call
constexpr qint64 lineBytesMax = 40 * 1024 * 1024; // args and kwargs at their limits, and their escapes
constexpr qsizetype saidMistakesMax = 10;

qint64 bytesOf(const JobDefinition &job)
{
    return job.args.bytes().size() + job.kwargs.bytes().size();
}

} // namespace

JobLines::JobLines(Context &context, QObject *parent) : QObject(parent), m_context(context) { }

Result<> JobLines::read(const QString &path)
{
    QFile file(path);
    const bool isOpen
        = path == u"-" ? file.open(STDIN_FILENO, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!isOpen)
        return signalbox::fail(Error::Kind::NotFound, Words::tr("The file %1 cannot be read.").arg(path),
                               file.errorString(),
                               Words::tr("Name a file with one JSON object a line, or - for stdin."));
    const Result<> read = readAll(file, path);
    if (!read) return read;
    if (m_mistakeCount > m_mistakes.size()) m_mistakes.append(u"…"_s);
    if (m_mistakeCount > 0)
        return signalbox::fail(Error::Kind::Invalid,
                               Words::tr("Nothing was submitted: %n line(s) of %1 cannot be used.", nullptr,
                                         static_cast<int>(m_mistakeCount))
                                   .arg(path),
                               m_mistakes.join(u'\n'), Words::tr("Correct the file and submit it again."));
    if (m_lines.isEmpty())
        return signalbox::fail(Error::Kind::Invalid, Words::tr("Nothing was submitted."),
                               Words::tr("%1 has no job in it.").arg(path),
                               Words::tr("It holds one JSON object a line: {\"handler\": …}."));
    return {};
}

Result<> JobLines::readAll(QFile &file, const QString &path)
{
    for (qint64 number = 1;; ++number) { // not until atEnd(): that is true on a pipe before its first byte
        QByteArray text = file.readLine(lineBytesMax + 2);
        if (file.error() != QFileDevice::NoError)
            return signalbox::fail(Error::Kind::Unavailable,
                                   Words::tr("The file %1 cannot be read.").arg(path), file.errorString(),
                                   Words::tr("Nothing was submitted."));
        if (text.isEmpty()) return {};
        if (text.size() > lineBytesMax) // the rest of it would be read as lines of its own
            return signalbox::fail(
                Error::Kind::Invalid,
                Words::tr("Nothing was submitted: line %1 of %2 is too long.").arg(number).arg(path),
                Words::tr("It has more than %1; one job's arguments may have %2.")
                    .arg(bytesText(lineBytesMax), bytesText(JsonLimits().bytesMax)),
                Words::tr("Put large data into a file or a store, and its name into the job."));
        text = std::move(text).trimmed();
        if (text.isEmpty()) continue;
        const Result<> line = readLine(std::move(text), number);
        if (line) continue;
        if (++m_mistakeCount <= saidMistakesMax)
            m_mistakes.append(Words::tr("Line %1: %2")
                                  .arg(number)
                                  .arg((line.error().what + u' ' + line.error().why).trimmed()));
    }
}

Result<> JobLines::readLine(QByteArray text, qint64 number)
{
    Result<JobDefinition> job = service::jobFromJson(text, m_context.settings().retry, m_context.queue());
    if (!job) return tl::unexpected(job.error());
    m_lines.append({number, std::move(*job)});
    return {};
}

void JobLines::submit(bool wait, std::optional<std::chrono::milliseconds> waitAtMost)
{
    m_waits = wait;
    m_waitAtMost = waitAtMost;
    submitNext();
}

void JobLines::submitNext()
{
    m_context.out().progress(Words::tr("submitted"), m_next, m_lines.size());
    if (m_next == m_lines.size()) return submittedAll();
    QList<JobDefinition> jobs;
    qint64 bytes = 0;
    while (m_next + jobs.size() < m_lines.size() && jobs.size() < batchMax
           && (jobs.isEmpty() || bytes < batchBytesMax)) {
        jobs.append(m_lines[m_next + jobs.size()].job);
        bytes += bytesOf(jobs.back());
    }
    m_batch = jobs.size();
    runtime::whenDone(m_context.service().submitMany(jobs), this,
                      [this](const Result<QList<Result<queue::Submitted>>> &verdicts) {
                          if (!verdicts) return breakOff(verdicts.error());
                          take(*verdicts);
                      });
}

void JobLines::take(const QList<Result<queue::Submitted>> &verdicts)
{
    for (qsizetype i = 0; i < verdicts.size(); ++i) {
        const Line &line = m_lines[m_next + i];
        sayOne(line.number, verdicts[i]);
        if (verdicts[i]) m_waitFor.append({verdicts[i]->id, line.job.queue});
    }
    m_next += m_batch;
    submitNext();
}

void JobLines::sayOne(qint64 line, const Result<queue::Submitted> &verdict)
{
    Output &out = m_context.out();
    if (!verdict) {
        if (++m_refused <= saidMistakesMax || out.isJson()) {
            Error error = verdict.error();
            error.what = Words::tr("Line %1: %2").arg(line).arg(error.what);
            out.error(error);
        }
        if (m_code == ExitCode::Done) m_code = exitCodeOf(verdict.error().kind);
        return;
    }
    const bool wasThere = verdict->kind == queue::Submitted::Kind::AlreadyThere;
    ++(wasThere ? m_alreadyThere : m_submitted);
    if (out.isJson())
        out.json(JsonWriter()
                     .integer("line"_L1, line)
                     .jobId("job_id"_L1, verdict->id)
                     .text("status"_L1, toText(verdict->status))
                     .boolean("already_there"_L1, wasThere)
                     .take());
}

void JobLines::breakOff(const Error &error)
{
    m_context.out().error(error);
    const qint64 first = m_lines[m_next].number;
    const qint64 last = m_lines[m_next + m_batch - 1].number;
    m_context.out().note(
        Words::tr("%1 submitted; of the lines %2 to %3 it is not known; none after them was. A line "
                  "with an \"id\" or an \"idempotency_key\" may be submitted again without doubling.")
            .arg(jobsText(m_submitted + m_alreadyThere))
            .arg(first)
            .arg(last));
    m_context.finish(exitCodeOf(error.kind));
}

void JobLines::submittedAll()
{
    Output &out = m_context.out();
    if (m_refused > saidMistakesMax && !out.isJson())
        out.note(Words::tr("… and %n more line(s) refused.", nullptr,
                           static_cast<int>(m_refused - saidMistakesMax)));
    if (m_waits && !m_waitFor.isEmpty()) return waitForAll();
    finish();
}

void JobLines::waitForAll()
{
    for (const auto &[id, queue] : std::as_const(m_waitFor))
        runtime::whenDone(m_context.service().wait(id, m_waitAtMost, queue), this,
                          [this](const Result<JobResult> &result) {
                              ++m_ended;
                              m_context.out().progress(Words::tr("ended"), m_ended, m_waitFor.size());
                              ++m_endedBy[result ? toText(result->status) : toText(result.error().kind)];
                              const ExitCode code = !result                ? exitCodeOf(result.error().kind)
                                  : result->status == JobStatus::Completed ? ExitCode::Done
                                                                           : ExitCode::AnswerIsNo;
                              if (m_code == ExitCode::Done) m_code = code;
                              if (m_ended == m_waitFor.size()) finish();
                          });
}

void JobLines::finish()
{
    Output &out = m_context.out();
    if (!out.isJson()) {
        out.line(Words::tr("%1 submitted, %2 there before, %3 refused.")
                     .arg(countText(m_submitted), countText(m_alreadyThere), countText(m_refused)));
        for (auto state = m_endedBy.constBegin(); state != m_endedBy.constEnd(); ++state)
            out.line(u"%1 %2"_s.arg(countText(*state), state.key()));
    }
    m_context.finish(m_code);
}

} // namespace signalbox::ctl
