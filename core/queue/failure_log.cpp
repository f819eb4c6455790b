#include "core/queue/failure_log.h"

#include "core/runtime/log.h"

namespace signalbox::queue {

void FailureLog::say(const QString &what, const Error &error)
{
    if (m_said.value(what) == error.text()) return;
    if (m_said.size() >= saidMax) m_said.clear();
    m_said.insert(what, error.text());
    runtime::logger("queue")->warn("{} {}", what.toStdString(), error.text().toStdString());
}

} // namespace signalbox::queue
