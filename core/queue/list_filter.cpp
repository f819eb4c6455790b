#include "core/queue/job_queue.h"

#include <algorithm>

namespace signalbox::queue {

bool ListFilter::isEmpty() const
{
    return *this == ListFilter{};
}

bool ListFilter::matches(const JobSummary &row) const
{
    const auto handlerMatches = [&] {
        if (handler.isEmpty()) return true;
        return handler.endsWith(u'*') ? row.handler.startsWith(QStringView(handler).chopped(1))
                                      : row.handler == handler;
    };
    const auto tagsMatch = [&] {
        for (auto tag = tags.cbegin(); tag != tags.cend(); ++tag) {
            const auto found = row.tags.constFind(tag.key());
            if (found == row.tags.cend() || *found != tag.value()) return false;
        }
        return true;
    };
    const auto textMatches = [&] {
        const auto holds = [&](const QString &where) { return where.contains(text, Qt::CaseInsensitive); };
        return text.isEmpty() || holds(row.id.text()) || holds(row.name) || holds(row.handler)
            || holds(row.errorHead);
    };
    return handlerMatches() && (!priority || row.priority == *priority) && tagsMatch() && textMatches();
}

} // namespace signalbox::queue
