#include "core/model/job_filter.h"

#include "core/model/duration_input.h"
#include "core/model/filter_scanner.h"

#include <QCoreApplication>
#include <QDate>

#include <algorithm>

namespace signalbox {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

using Key = JobFilter::Key;
using Term = JobFilter::Term;
using TimeRange = JobFilter::TimeRange;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(signalbox::JobFilter)
};

struct KeyName {
    Key key;
    QLatin1StringView name;
};
constexpr std::array keyNames{
    KeyName{Key::State, "state"_L1},     KeyName{Key::Queue, "queue"_L1},
    KeyName{Key::Handler, "handler"_L1}, KeyName{Key::Priority, "priority"_L1},
    KeyName{Key::Tag, "tag"_L1},         KeyName{Key::Id, "id"_L1},
    KeyName{Key::Name, "name"_L1},       KeyName{Key::Error, "error"_L1},
    KeyName{Key::Args, "args"_L1},       KeyName{Key::Worker, "worker"_L1},
    KeyName{Key::Created, "created"_L1}, KeyName{Key::Started, "started"_L1},
    KeyName{Key::Ended, "ended"_L1},     KeyName{Key::Due, "due"_L1},
};

QString allKeys()
{
    QStringList names;
    for (const KeyName &key : keyNames) names.append(key.name);
    return names.join(u", ");
}

tl::unexpected<FilterFault> refuse(const FilterPiece &place, const QString &why, const QString &todo)
{
    return tl::unexpected(FilterFault{
        {Error::Kind::Invalid, Words::tr("The filter is not understood at \"%1\".").arg(place.text.left(40)),
         why, todo},
        place.begin,
        place.end - place.begin});
}

bool isTime(Key key)
{
    return key == Key::Created || key == Key::Started || key == Key::Ended || key == Key::Due;
}

/// `*` stands for anything, also for nothing. Case matters, as it does in names.
bool matchesPattern(QStringView text, QStringView pattern)
{
    qsizetype at = 0;
    qsizetype from = 0;
    std::optional<std::pair<qsizetype, qsizetype>> star; // after it in the pattern; what it has not eaten yet
    while (at < text.size()) {
        if (from < pattern.size() && pattern[from] == u'*') {
            star = {++from, at};
        } else if (from < pattern.size() && pattern[from] == text[at]) {
            ++from;
            ++at;
        } else if (star) {
            from = star->first;
            at = ++star->second;
        } else {
            return false;
        }
    }
    while (from < pattern.size() && pattern[from] == u'*') ++from;
    return from == pattern.size();
}

template <typename T> using Parsed = tl::expected<T, FilterFault>;

Parsed<Key> keyOf(const FilterPiece &piece)
{
    const auto found = std::find_if(keyNames.begin(), keyNames.end(),
                                    [&](const KeyName &name) { return name.name == piece.text; });
    if (found != keyNames.end()) return found->key;
    return refuse(
        piece, Words::tr("There is no such key."),
        Words::tr("The keys are %1. To look for text with a colon, put it in double quotes.").arg(allKeys()));
}

/// A moment, or a date's beginning in UTC.
std::optional<Timestamp> momentOf(const QString &text)
{
    if (const Result<Timestamp> moment = timestampFromText(text)) return *moment;
    if (const Result<Timestamp> day = timestampFromText(text + "T00:00:00Z"_L1)) return *day;
    return std::nullopt;
}

tl::unexpected<FilterFault> refuseTime(const FilterPiece &piece)
{
    return refuse(piece, Words::tr("That is no time."),
                  Words::tr("Write <1h or >2d for an age, >2026-11-24T09:00:00Z for a moment, or 2026-11-24 "
                            "for a day (UTC)."));
}

/// "less than 1h ago" is later than a moment, "less than" a moment is before it; what is due lies ahead.
Parsed<TimeRange> timeOf(Key key, const FilterPiece &piece)
{
    TimeRange range{{}, {}, piece.text};
    const bool isLess = piece.text.startsWith(u'<');
    if (!isLess && !piece.text.startsWith(u'>')) {
        const Result<Timestamp> day = timestampFromText(piece.text + "T00:00:00Z"_L1);
        if (!day) return refuseTime(piece);
        range.notBefore = *day;
        range.before = *day + std::chrono::days(1);
        return range;
    }
    const QString value = piece.text.sliced(1);
    if (const std::optional<Timestamp> moment = momentOf(value)) {
        (isLess ? range.before : range.notBefore) = *moment;
        return range;
    }
    const std::optional<milliseconds> age = durationFromInput(value);
    if (!age) return refuseTime(piece);
    const bool isAhead = key == Key::Due;
    (isLess == isAhead ? range.before : range.notBefore) = *age;
    return range;
}

Parsed<Term> readTimes(Key key, const FilterToken &token)
{
    if (token.values.size() > 1)
        return refuse(token.values[1], Words::tr("A time has one value."),
                      Words::tr("Write the key twice for a range: created:>2d created:<3d."));
    Parsed<TimeRange> range = timeOf(key, token.values.front());
    if (!range) return tl::unexpected(range.error());
    return Term{key, token.isExcluded, *std::move(range)};
}

template <typename T>
Parsed<Term> readWords(Key key, const FilterToken &token, Result<T> (*read)(QStringView))
{
    QList<T> values;
    for (const FilterPiece &piece : token.values) {
        const Result<T> value = read(piece.text);
        if (!value) return refuse(piece, value.error().why, value.error().todo);
        if (!values.contains(*value)) values.append(*value);
    }
    return Term{key, token.isExcluded, values};
}

Parsed<Term> readTexts(Key key, const FilterToken &token)
{
    QStringList values;
    for (const FilterPiece &piece : token.values) {
        if (key == Key::Tag && piece.text.startsWith(u'='))
            return refuse(piece, Words::tr("A tag has a name."), Words::tr("Write it as tag:name=value."));
        values.append(key == Key::Id ? piece.text.toLower() : piece.text);
    }
    values.removeDuplicates();
    return Term{key, token.isExcluded, values};
}

Parsed<Term> termOf(const FilterToken &token)
{
    if (!token.key) return Term{Key::Text, token.isExcluded, QStringList{token.values.front().text}};
    const Parsed<Key> key = keyOf(*token.key);
    if (!key) return tl::unexpected(key.error());
    for (const FilterPiece &piece : token.values) {
        if (piece.begin < piece.end) continue;
        return refuse({token.key->text + u':', token.begin, token.end}, Words::tr("A value is missing."),
                      Words::tr("Write it behind the colon, or behind the comma."));
    }
    if (*key == Key::State) return readWords<JobStatus>(*key, token, jobStatusFromText);
    if (*key == Key::Priority) return readWords<JobPriority>(*key, token, jobPriorityFromText);
    return isTime(*key) ? readTimes(*key, token) : readTexts(*key, token);
}

std::optional<Timestamp> timeOf(Key key, const JobSummary &row)
{
    switch (key) {
    case Key::Created:
        return row.createdAt;
    case Key::Started:
        return row.startedAt;
    case Key::Ended:
        return row.endedAt;
    default:
        return row.dueAt;
    }
}

bool isWithin(const TimeRange &range, Key key, const JobSummary &row, Timestamp now)
{
    const std::optional<Timestamp> time = timeOf(key, row);
    if (!time) return false;
    const auto moment = [&](const TimeRange::Edge &edge) {
        if (const auto *fixed = std::get_if<Timestamp>(&edge)) return *fixed;
        const milliseconds distance = std::get<milliseconds>(edge);
        return key == Key::Due ? now + distance : now - distance;
    };
    return (!range.notBefore || *time >= moment(*range.notBefore))
        && (!range.before || *time < moment(*range.before));
}

bool holds(QStringView text, QStringView part)
{
    return text.contains(part, Qt::CaseInsensitive);
}

bool hasTag(const JobSummary &row, QStringView wanted)
{
    const qsizetype equals = wanted.indexOf(u'=');
    const auto tag = row.tags.constFind(wanted.first(equals < 0 ? wanted.size() : equals).toString());
    return tag != row.tags.cend() && (equals < 0 || matchesPattern(*tag, wanted.sliced(equals + 1)));
}

bool matchesText(Key key, const QString &value, const JobSummary &row)
{
    switch (key) {
    case Key::Queue:
        return matchesPattern(row.queue, value);
    case Key::Handler:
        return matchesPattern(row.handler, value);
    case Key::Worker:
        return matchesPattern(row.workerId, value);
    case Key::Tag:
        return hasTag(row, value);
    case Key::Id:
        return row.id.bytes().startsWith(value.toLatin1());
    case Key::Name:
        return holds(row.name, value);
    case Key::Error:
        return holds(row.errorHead, value);
    default:
        return holds(row.id.text(), value) || holds(row.name, value) || holds(row.handler, value)
            || holds(row.errorHead, value);
    }
}

bool holdsFor(const Term &term, const JobSummary &row, Timestamp now)
{
    if (const auto *states = std::get_if<QList<JobStatus>>(&term.values)) return states->contains(row.status);
    if (const auto *ranks = std::get_if<QList<JobPriority>>(&term.values))
        return ranks->contains(row.priority);
    if (const auto *range = std::get_if<TimeRange>(&term.values)) return isWithin(*range, term.key, row, now);
    const auto &values = std::get<QStringList>(term.values);
    return std::any_of(values.begin(), values.end(),
                       [&](const QString &value) { return matchesText(term.key, value, row); });
}

QString valuesText(const Term &term)
{
    QStringList texts;
    if (const auto *states = std::get_if<QList<JobStatus>>(&term.values))
        for (const JobStatus state : *states) texts.append(toText(state));
    else if (const auto *ranks = std::get_if<QList<JobPriority>>(&term.values))
        for (const JobPriority rank : *ranks) texts.append(toText(rank));
    else if (const auto *range = std::get_if<TimeRange>(&term.values))
        texts.append(quotedForFilter(range->text));
    else
        for (const QString &value : std::get<QStringList>(term.values)) texts.append(quotedForFilter(value));
    return texts.join(u',');
}

} // namespace

tl::expected<JobFilter, FilterFault> JobFilter::fromText(QStringView text)
{
    const Parsed<QList<FilterToken>> tokens = scanFilter(text);
    if (!tokens) return tl::unexpected(tokens.error());
    JobFilter filter;
    for (const FilterToken &token : *tokens) {
        Parsed<Term> term = termOf(token);
        if (!term) return tl::unexpected(term.error());
        filter.terms.append(*std::move(term));
    }
    return filter;
}

JobFilter JobFilter::ofState(JobStatus state)
{
    return JobFilter().withStates({state});
}

JobFilter JobFilter::ofQueue(const QString &queue)
{
    return JobFilter().withQueues({queue});
}

JobFilter JobFilter::withStates(const QList<JobStatus> &states) const
{
    JobFilter changed = *this;
    changed.terms.removeIf([](const Term &term) { return term.key == Key::State; });
    if (!states.isEmpty()) changed.terms.prepend({Key::State, false, states});
    return changed;
}

JobFilter JobFilter::withQueues(const QStringList &queues) const
{
    JobFilter changed = *this;
    changed.terms.removeIf([](const Term &term) { return term.key == Key::Queue; });
    if (!queues.isEmpty()) changed.terms.prepend({Key::Queue, false, queues});
    return changed;
}

QString JobFilter::toText() const
{
    QStringList texts;
    for (const Term &term : terms) {
        const QString key = signalbox::toText(term.key);
        texts.append((term.isExcluded ? u"-"_s : QString()) + key + (key.isEmpty() ? QString() : u":"_s)
                     + valuesText(term));
    }
    return texts.join(u' ');
}

bool JobFilter::matches(const JobSummary &row, Timestamp now) const
{
    return std::all_of(terms.begin(), terms.end(), [&](const Term &term) {
        return term.key == Key::Args || holdsFor(term, row, now) != term.isExcluded;
    });
}

bool JobFilter::asksForArguments() const
{
    return std::any_of(terms.begin(), terms.end(), [](const Term &term) { return term.key == Key::Args; });
}

bool JobFilter::argumentsMatch(const JsonText &args, const JsonText &kwargs) const
{
    const QString both = QString::fromUtf8(args.bytes()) + u'\n' + QString::fromUtf8(kwargs.bytes());
    return std::all_of(terms.begin(), terms.end(), [&](const Term &term) {
        if (term.key != Key::Args) return true;
        const auto &values = std::get<QStringList>(term.values);
        return std::any_of(values.begin(), values.end(), [&](const QString &v) { return holds(both, v); })
            != term.isExcluded;
    });
}

QList<JobStatus> JobFilter::statuses() const
{
    QList<JobStatus> possible(allJobStatuses.begin(), allJobStatuses.end());
    for (const Term &term : terms) {
        const auto *states = std::get_if<QList<JobStatus>>(&term.values);
        if (states == nullptr) continue;
        possible.removeIf([&](JobStatus state) { return states->contains(state) == term.isExcluded; });
    }
    return possible;
}

bool JobFilter::acceptsQueue(QStringView queue) const
{
    return std::all_of(terms.begin(), terms.end(), [&](const Term &term) {
        if (term.key != Key::Queue) return true;
        const auto &names = std::get<QStringList>(term.values);
        return std::any_of(names.begin(), names.end(),
                           [&](const QString &name) { return matchesPattern(queue, name); })
            != term.isExcluded;
    });
}

bool JobFilter::asksForQueues() const
{
    return std::any_of(terms.begin(), terms.end(), [](const Term &term) { return term.key == Key::Queue; });
}

bool JobFilter::isNarrowed() const
{
    return std::any_of(terms.begin(), terms.end(),
                       [](const Term &term) { return term.key != Key::State && term.key != Key::Queue; });
}

std::optional<QList<JobId>> JobFilter::wholeIds() const
{
    for (const Term &term : terms) {
        if (term.key != Key::Id || term.isExcluded) continue;
        QList<JobId> ids;
        for (const QString &text : std::get<QStringList>(term.values)) {
            const Result<JobId> id = JobId::fromText(text);
            if (!id) return std::nullopt;
            ids.append(*id);
        }
        return ids;
    }
    return std::nullopt;
}

QString toText(JobFilter::Key key)
{
    for (const KeyName &name : keyNames)
        if (name.key == key) return name.name;
    return {};
}

QString quotedForFilter(const QString &value)
{
    const bool isPlain = !value.isEmpty() && !value.startsWith(u'-')
        && std::none_of(value.begin(), value.end(), [](QChar c) {
               return c.isSpace() || c == u',' || c == u':' || c == u'"' || c == u'\\';
           });
    if (isPlain) return value;
    QString escaped = value;
    escaped.replace(u'\\', "\\\\"_L1).replace(u'"', "\\\""_L1);
    return u'"' + escaped + u'"';
}

} // namespace signalbox
