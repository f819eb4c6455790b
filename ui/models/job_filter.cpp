#include "ui/models/job_filter.h"

#include <QCoreApplication>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(signalbox::ui::JobFilter)
};

struct Term {
    QString key; ///< empty: plain text
    QString value;
};

tl::unexpected<Error> refuse(const QString &place, const QString &why, const QString &todo)
{
    return fail(Error::Kind::Invalid, Words::tr("The filter is not understood at \"%1\".").arg(place), why,
                todo);
}

/// Splits at spaces outside quotes; a key ends at the first colon outside quotes.
Result<QList<Term>> termsOf(const QString &text)
{
    QList<Term> terms;
    Term term;
    bool isQuoted = false;
    bool isOpen = false; // something stands in `term`
    const auto close = [&] {
        if (isOpen) terms.append(std::exchange(term, {}));
        isOpen = false;
    };
    for (const QChar c : text) {
        if (c == u'"') {
            isQuoted = !isQuoted;
            isOpen = true;
        } else if (c.isSpace() && !isQuoted) {
            close();
        } else if (c == u':' && !isQuoted && term.key.isEmpty() && !term.value.isEmpty()) {
            term.key = std::exchange(term.value, {});
        } else {
            term.value.append(c);
            isOpen = true;
        }
    }
    if (isQuoted)
        return refuse(term.value, Words::tr("A double quote is not closed."),
                      Words::tr("Close it with another one."));
    close();
    return terms;
}

Result<> addState(JobFilter &filter, const QString &value)
{
    const Result<JobStatus> status = jobStatusFromText(value);
    if (!status) return tl::unexpected(status.error());
    filter.states.insert(*status);
    return {};
}

Result<> addPriority(JobFilter &filter, const QString &value)
{
    const Result<JobPriority> priority = jobPriorityFromText(value);
    if (!priority) return tl::unexpected(priority.error());
    filter.list.priority = *priority;
    return {};
}

Result<> addTag(JobFilter &filter, const QString &value)
{
    const qsizetype equals = value.indexOf(u'=');
    if (equals < 1)
        return refuse(value, Words::tr("A tag is a name and a value."),
                      Words::tr("Write it as tag:name=value."));
    filter.list.tags.insert(value.left(equals), value.mid(equals + 1));
    return {};
}

Result<> addTerm(JobFilter &filter, const Term &term)
{
    if (term.key.isEmpty()) {
        filter.list.text += filter.list.text.isEmpty() ? term.value : u' ' + term.value;
        return {};
    }
    if (term.value.isEmpty())
        return refuse(term.key + u':', Words::tr("The value is missing."),
                      Words::tr("Write it behind the colon."));
    if (term.key == "state"_L1) return addState(filter, term.value);
    if (term.key == "priority"_L1) return addPriority(filter, term.value);
    if (term.key == "tag"_L1) return addTag(filter, term.value);
    if (term.key == "queue"_L1) {
        filter.queues.append(term.value);
        return {};
    }
    if (term.key == "handler"_L1) {
        filter.list.handler = term.value;
        return {};
    }
    return refuse(term.key + u':', Words::tr("There is no such key."),
                  Words::tr("Use state, queue, handler, priority or tag, or put the text in double quotes."));
}

QString quoted(const QString &value)
{
    const bool isPlain = !value.contains(u' ') && !value.contains(u':');
    return isPlain ? value : u'"' + value + u'"';
}

} // namespace

Result<JobFilter> JobFilter::fromText(const QString &text)
{
    const Result<QList<Term>> terms = termsOf(text);
    if (!terms) return tl::unexpected(terms.error());
    JobFilter filter;
    for (const Term &term : *terms) {
        const Result<> added = addTerm(filter, term);
        if (!added) return tl::unexpected(added.error());
    }
    return filter;
}

QString JobFilter::toText() const
{
    QStringList parts;
    for (const JobStatus status : allJobStatuses) {
        if (states.contains(status)) parts.append(u"state:"_s + signalbox::toText(status));
    }
    for (const QString &queue : queues) parts.append(u"queue:"_s + quoted(queue));
    if (!list.handler.isEmpty()) parts.append(u"handler:"_s + quoted(list.handler));
    if (list.priority) parts.append(u"priority:"_s + signalbox::toText(*list.priority));
    for (auto tag = list.tags.cbegin(); tag != list.tags.cend(); ++tag)
        parts.append(u"tag:"_s + quoted(tag.key() + u'=' + tag.value()));
    if (!list.text.isEmpty()) parts.append(quoted(list.text));
    return parts.join(u' ');
}

bool JobFilter::accepts(const JobSummary &row) const
{
    return (states.isEmpty() || states.contains(row.status))
        && (queues.isEmpty() || queues.contains(row.queue)) && list.matches(row);
}

} // namespace signalbox::ui
