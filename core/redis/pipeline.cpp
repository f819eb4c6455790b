#include "core/redis/pipeline.h"

#include "core/redis/error_table.h"

#include <QCoreApplication>
#include <QCryptographicHash>

#include <cstring>

namespace signalbox::redis {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("redis", text);
}

/// A server that is flushed again and again must not keep one script waiting for ever.
constexpr int forgottenMax = 2;

bool isNoScript(const RespFrame &frame)
{
    return frame.isError && frame.reply.text.startsWith("NOSCRIPT");
}

} // namespace

void Receiver::operator()(Outcome outcome) const
{
    if (const auto *handler = std::get_if<OutcomeHandler>(&m_handler)) {
        if (*handler) (*handler)(std::move(outcome));
        return;
    }
    const auto &handler = std::get<ReplyHandler>(m_handler);
    if (!handler) return;
    if (outcome)
        handler(std::move(*outcome));
    else
        handler(tl::unexpected(std::move(outcome.error().error)));
}

Pipeline::Pipeline(Limits limits) : m_limits(limits)
{
    m_reader.emplace(m_limits.reader);
}

QString Pipeline::nameOf(const Entry &entry)
{
    if (entry.script.text != nullptr) return tr("Script %1").arg(QLatin1StringView(entry.script.name));
    // Its first word only: what stands behind may be a payload or a password.
    return tr("Command %1")
        .arg(entry.command.isEmpty() ? tr("(empty)") : QString::fromUtf8(entry.command.front().left(64)));
}

void Pipeline::push(QByteArrayList command, Receiver receiver, Time now)
{
    enqueue({.command = std::move(command),
             .receiver = std::move(receiver),
             .waitsUntil = now + m_limits.replyDeadline,
             .deadline = m_limits.replyDeadline});
}

void Pipeline::pushScript(const ScriptSource &script, const QByteArrayList &keys,
                          const QByteArrayList &arguments, Receiver receiver, Time now)
{
    KnownScript &known = m_scripts[script.text];
    if (known.sha.isEmpty()) {
        known.text = QByteArrayView(script.text);
        known.sha = QCryptographicHash::hash(known.text.toByteArray(), QCryptographicHash::Sha1).toHex();
    }
    enqueue({.role = Entry::Role::Script,
             .command = keys,
             .arguments = arguments,
             .script = script,
             .receiver = std::move(receiver),
             .waitsUntil = now + m_limits.replyDeadline,
             .deadline = m_limits.replyDeadline});
}

void Pipeline::pushBlocking(QByteArrayList command, std::chrono::milliseconds deadline, Receiver receiver,
                            Time now)
{
    enqueue({.role = Entry::Role::Blocking,
             .command = std::move(command),
             .receiver = std::move(receiver),
             .waitsUntil = now + m_limits.replyDeadline,
             .deadline = deadline});
}

void Pipeline::enqueue(Entry entry)
{
    const size_t owed = m_waiting.size() + m_inFlight.size() + m_forgotten.size();
    if (owed >= static_cast<size_t>(m_limits.waitingMax))
        m_answers.push_back(
            {std::move(entry.receiver), tl::unexpected(tooManyWaiting(nameOf(entry), m_limits.waitingMax))});
    else
        m_waiting.push_back(std::move(entry));
}

void Pipeline::pushUrgent(QByteArrayList command, std::chrono::milliseconds deadline, Receiver receiver,
                          Time now)
{
    write({.command = std::move(command), .receiver = std::move(receiver), .deadline = deadline}, now);
}

void Pipeline::open()
{
    m_isOpen = true;
}

QByteArray Pipeline::take(Time now)
{
    while (!isHeld() && !m_waiting.empty() && mayLeave(m_waiting.front())) {
        Entry entry = std::move(m_waiting.front());
        m_waiting.pop_front();
        write(std::move(entry), now);
    }
    return m_writer.take();
}

/// What makes the server know scripts waits until none is in flight: see the class' comment.
bool Pipeline::mayLeave(const Entry &entry) const
{
    if (entry.role != Entry::Role::Script || m_scriptsInFlight == 0 || !m_mayLoad) return true;
    return entry.timesForgotten <= forgottenMax && m_scripts.constFind(entry.script.text)->isLoaded;
}

void Pipeline::write(Entry entry, Time now)
{
    if (entry.role == Entry::Role::Script)
        writeScript(entry, now);
    else
        m_writer.append(entry.command);
    m_blockingInFlight += entry.role == Entry::Role::Blocking;
    m_scriptsInFlight += entry.role == Entry::Role::Script;
    if (m_inFlight.empty()) m_silentSince = now;
    m_inFlight.push_back(std::move(entry));
    ++m_sent;
}

void Pipeline::writeScript(Entry &entry, Time now)
{
    KnownScript &known = m_scripts[entry.script.text];
    if (entry.timesForgotten > forgottenMax || (!known.isLoaded && !m_mayLoad)) {
        entry.wentAsText = true;
        if (m_mayLoad) forgetScripts(); // from here on the server has this one, and perhaps not the others
        known.isLoaded = !m_mayLoad;
        m_writer.appendScript("EVAL", known.text, entry.command, entry.arguments);
        return;
    }
    if (!known.isLoaded) loadScripts(now);
    m_writer.appendScript("EVALSHA", known.sha, entry.command, entry.arguments);
}

void Pipeline::loadScripts(Time now)
{
    const auto step = [&](QByteArrayList command) {
        write({.role = Entry::Role::Load, .command = std::move(command), .deadline = m_limits.replyDeadline},
              now);
    };
    step({"MULTI"});
    for (KnownScript &script : m_scripts) {
        step({"SCRIPT", "LOAD", QByteArray::fromRawData(script.text.data(), script.text.size())});
        script.isLoaded = true;
    }
    step({"EXEC"});
}

void Pipeline::forgetScripts()
{
    for (KnownScript &script : m_scripts) script.isLoaded = false;
}

tl::expected<void, QString> Pipeline::feed(QByteArrayView bytes, Time now)
{
    m_silentSince = now;
    m_reader->feed(bytes);
    while (std::optional<RespFrame> frame = m_reader->next()) {
        if (m_inFlight.empty()) {
            if (!frame->isError) return tl::unexpected(tr("A reply came that nothing had asked for."));
            m_unasked = std::move(frame->reply.text);
            return {};
        }
        answer(std::move(*frame));
    }
    if (const QString failure = m_reader->failure(); !failure.isEmpty()) return tl::unexpected(failure);
    return {};
}

void Pipeline::answer(RespFrame frame)
{
    Entry entry = std::move(m_inFlight.front());
    m_inFlight.pop_front();
    m_blockingInFlight -= entry.role == Entry::Role::Blocking;
    m_scriptsInFlight -= entry.role == Entry::Role::Script;
    if (entry.role == Entry::Role::Load) {
        if (frame.isError) m_mayLoad = false; // the scripts behind get NOSCRIPT and go by EVAL
    } else if (isNoScript(frame) && entry.role == Entry::Role::Script && !entry.wentAsText) {
        ++entry.timesForgotten;
        m_forgotten.push_back(std::move(entry));
    } else if (frame.isError) {
        Refusal refusal = refusalFromServer(frame.reply.text, nameOf(entry));
        if (refusal.word == "READONLY") m_demotion = refusal.error;
        m_answers.push_back({std::move(entry.receiver), tl::unexpected(std::move(refusal))});
    } else {
        m_answers.push_back({std::move(entry.receiver), std::move(frame.reply)});
    }
    if (m_inFlight.empty() && !m_forgotten.empty()) resendForgotten();
}

/// They go back to the head of what waits, before all that was pushed since.
void Pipeline::resendForgotten()
{
    forgetScripts(); // a flush takes them all
    while (!m_forgotten.empty()) {
        m_waiting.push_front(std::move(m_forgotten.back()));
        m_forgotten.pop_back();
    }
}

std::vector<Answered> Pipeline::takeAnswers()
{
    return std::exchange(m_answers, {});
}

std::optional<QByteArray> Pipeline::takeUnasked()
{
    return std::exchange(m_unasked, std::nullopt);
}

std::optional<Error> Pipeline::takeDemotion()
{
    if (!m_inFlight.empty()) return std::nullopt;
    return std::exchange(m_demotion, std::nullopt);
}

std::optional<Pipeline::Time> Pipeline::nextDeadline() const
{
    std::optional<Time> next;
    if (!m_inFlight.empty()) next = m_silentSince + m_inFlight.front().deadline;
    if (!m_waiting.empty() && (!next || m_waiting.front().waitsUntil < *next))
        next = m_waiting.front().waitsUntil;
    return next;
}

std::optional<std::chrono::milliseconds> Pipeline::expire(Time now, const std::optional<Error> &state)
{
    // All wait equally long, so the first is due first.
    while (!m_waiting.empty() && m_waiting.front().waitsUntil <= now) {
        Entry &entry = m_waiting.front();
        m_answers.push_back({std::move(entry.receiver), tl::unexpected(notSent(nameOf(entry), state))});
        m_waiting.pop_front();
    }
    // Any byte counts as life: behind a thousand slow scripts a reply may come late, but never in silence.
    if (m_inFlight.empty() || now < m_silentSince + m_inFlight.front().deadline) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - m_silentSince);
}

void Pipeline::close(const Error &cause)
{
    for (Entry &entry : m_inFlight) {
        if (entry.role == Entry::Role::Load) continue; // our own
        m_answers.push_back({std::move(entry.receiver), tl::unexpected(lostInFlight(nameOf(entry), cause))});
    }
    m_inFlight.clear();
    resendForgotten(); // the server said that it did not run them: they may go on the next connection
    m_reader.emplace(m_limits.reader);
    m_writer = {};
    m_unasked.reset();
    m_demotion.reset();
    m_blockingInFlight = 0;
    m_scriptsInFlight = 0;
    m_mayLoad = true;
    m_isOpen = false;
}

void Pipeline::refuseWaiting(const std::optional<Error> &cause)
{
    for (Entry &entry : m_waiting)
        m_answers.push_back({std::move(entry.receiver), tl::unexpected(notSent(nameOf(entry), cause))});
    m_waiting.clear();
}

} // namespace signalbox::redis
