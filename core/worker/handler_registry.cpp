#include "core/worker/handler.h"
#include "core/worker/words.h"

#include <algorithm>

namespace signalbox::worker {

namespace {

Result<> checkName(const QString &name)
{
    const auto refuse = [&name](const QString &why) {
        return fail(Error::Kind::Invalid,
                    Words::tr("The handler \"%1\" could not be registered.").arg(name.left(80)), why,
                    Words::tr("Give it a name like \"billing.charge\"."));
    };
    if (name.isEmpty()) return refuse(Words::tr("Its name is empty."));
    if (name.size() > JobLimits::handlerCharsMax)
        return refuse(Words::tr("Its name has %L1 characters; at most %L2 are allowed.")
                          .arg(name.size())
                          .arg(JobLimits::handlerCharsMax));
    const bool hasControls
        = std::any_of(name.begin(), name.end(), [](QChar c) { return c.category() == QChar::Other_Control; });
    if (hasControls) return refuse(Words::tr("Its name holds a control character."));
    return {};
}

} // namespace

Result<> HandlerRegistry::add(const QString &name, std::shared_ptr<Handler> handler)
{
    if (const Result<> checked = checkName(name); !checked) return checked;
    const std::lock_guard lock(m_mutex);
    if (m_handlers.contains(name))
        return fail(Error::Kind::WrongState,
                    Words::tr("The handler \"%1\" could not be registered.").arg(name),
                    Words::tr("A handler of this name is registered already."),
                    Words::tr("Give one of them another name."));
    m_handlers.insert(name, std::move(handler));
    return {};
}

void HandlerRegistry::replaceAll(QMap<QString, std::shared_ptr<Handler>> handlers)
{
    // The old ones go after the lock: a persistent handler's destructor waits for its children.
    const std::lock_guard lock(m_mutex);
    m_handlers.swap(handlers);
}

std::shared_ptr<Handler> HandlerRegistry::find(const QString &name) const
{
    const std::lock_guard lock(m_mutex);
    return m_handlers.value(name);
}

bool HandlerRegistry::contains(const QString &name) const
{
    const std::lock_guard lock(m_mutex);
    return m_handlers.contains(name);
}

QStringList HandlerRegistry::names() const
{
    const std::lock_guard lock(m_mutex);
    return m_handlers.keys();
}

QMap<QString, QString> HandlerRegistry::descriptions() const
{
    const std::lock_guard lock(m_mutex);
    QMap<QString, QString> all;
    for (auto it = m_handlers.begin(); it != m_handlers.end(); ++it)
        all.insert(it.key(), it.value()->description());
    return all;
}

} // namespace signalbox::worker
