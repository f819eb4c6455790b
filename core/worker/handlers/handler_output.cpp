#include "core/worker/handlers/handler_output.h"

#include "core/model/json_fields.h"
#include "core/worker/words.h"

#include <algorithm>

namespace signalbox::worker {

using namespace Qt::StringLiterals;

namespace {

const JsonMember *find(const QList<JsonMember> &members, QLatin1StringView key)
{
    const auto found = std::find_if(members.begin(), members.end(),
                                    [key](const JsonMember &member) { return member.key == key; });
    return found == members.end() ? nullptr : &*found;
}

bool isMeantAsResult(QByteArrayView line)
{
    return line.trimmed().startsWith("{\"result\"");
}

} // namespace

HandlerOutput::HandlerOutput(RunContext &context)
    : m_context(context),
      m_output(resultLineBytesMax, [this](QByteArrayView line, bool isCut) { readLine(line, isCut); }),
      m_errors(errorLineBytesMax, [this](QByteArrayView line, bool) { readErrorLine(line); })
{
}

bool HandlerOutput::isAnswer(QByteArrayView line)
{
    if (!line.trimmed().startsWith('{')) return false;
    const Result<QList<JsonMember>> members = jsonMembers(line.toByteArray());
    return members ? find(*members, "result"_L1) || find(*members, "error"_L1) : isMeantAsResult(line);
}

void HandlerOutput::readLine(QByteArrayView line, bool isCut)
{
    if (line.trimmed().startsWith('{')) {
        const Result<QList<JsonMember>> members = jsonMembers(line.toByteArray());
        if (members && readMessage(*members)) return;
        // A result that cannot be read must not pass for "no result".
        if (!members && isMeantAsResult(line))
            m_unreadable = isCut ? Words::tr("The line is too long.") : members.error().why;
    }
    m_context.log(QString::fromUtf8(line));
}

bool HandlerOutput::isOfAnotherJob(const QList<JsonMember> &members)
{
    if (m_oneJob.isEmpty()) return false;
    const JsonMember *const id = find(members, "id"_L1);
    if (!hasAnswer() && (!id || jsonUnquoted(id->value) == m_oneJob)) return false;
    m_isOutOfStep = true;
    m_context.log(Words::tr("It answered more than its job: %1")
                      .arg(id ? jsonUnquoted(id->value) : Words::tr("a second time.")));
    return true;
}

bool HandlerOutput::readMessage(const QList<JsonMember> &members)
{
    const bool isAnswer = find(members, "result"_L1) || find(members, "error"_L1);
    if (isAnswer && isOfAnotherJob(members)) return true;
    if (const JsonMember *const result = find(members, "result"_L1)) {
        m_result = JsonText::trusted(result->value); // a part of a document that was checked just now
        m_unreadable.clear();
        return true;
    }
    if (const JsonMember *const error = find(members, "error"_L1)) {
        const JsonMember *const permanent = find(members, "permanent"_L1);
        const bool isText = jsonKind(error->value) == JsonKind::String;
        m_error = SaidError{isText ? jsonUnquoted(error->value) : QString::fromUtf8(error->value),
                            permanent && permanent->value == "true"};
        return true;
    }
    if (find(members, "progress"_L1)) return readProgress(members);
    const JsonMember *const log = find(members, "log"_L1);
    if (!log || jsonKind(log->value) != JsonKind::String) return false;
    m_context.log(jsonUnquoted(log->value));
    return true;
}

bool HandlerOutput::readProgress(const QList<JsonMember> &members)
{
    JsonFields fields(members);
    const double current = fields.number("progress"_L1, 0);
    const std::optional<double> total = fields.numberOrNull("total"_L1);
    const QString message = fields.textOrNull("message"_L1);
    const JsonText metadata = fields.json("metadata"_L1, JsonText::emptyObject(), JsonText::Root::Object);
    if (!fields.result()) return false; // not what we meant by it: a line of the log
    m_context.reportProgress(current, total, message, metadata);
    return true;
}

void HandlerOutput::readErrorLine(QByteArrayView line)
{
    const QString text = QString::fromUtf8(line);
    m_context.log(text);
    m_errorTail += line;
    m_errorTail += '\n';
    if (m_errorTail.size() > 2 * errorTailBytesMax) m_errorTail = m_errorTail.last(errorTailBytesMax);
    if (!line.trimmed().isEmpty()) m_lastErrorLine = text.trimmed();
}

QString HandlerOutput::withTail(const QString &message) const
{
    QByteArrayView tail = m_errorTail;
    if (tail.size() > errorTailBytesMax) tail = tail.last(errorTailBytesMax);
    return tail.isEmpty() ? message : message + u'\n' + QString::fromUtf8(tail).trimmed();
}

RunResult HandlerOutput::result() const
{
    if (m_error) return failure({}, m_error->isPermanent);
    if (!m_unreadable.isEmpty())
        return RunResult::failedPermanently(
            withTail(Words::tr("The handler's result is no valid JSON. %1").arg(m_unreadable)));
    return RunResult::completed(m_result.value_or(JsonText()));
}

RunResult HandlerOutput::failure(const QString &ending, bool isPermanent) const
{
    // What it said is worth more than its exit code; the last line of a traceback is its message.
    QString message = m_error ? m_error->text : m_lastErrorLine;
    if (message.isEmpty()) message = Words::tr("The handler's program failed.");
    if (!ending.isEmpty()) message += u" (%1)"_s.arg(ending);
    isPermanent = isPermanent || (m_error && m_error->isPermanent);
    return isPermanent ? RunResult::failedPermanently(withTail(message))
                       : RunResult::failed(withTail(message));
}

} // namespace signalbox::worker
