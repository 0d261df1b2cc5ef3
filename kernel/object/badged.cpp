#include "object/badged.hpp"

#include "object/endpoint.hpp"
#include "object/notification.hpp"

namespace k {

u64 badge_of(const Capability& cap) noexcept {
    if (const auto endpoint = cap.as<Endpoint>()) return endpoint->badge();
    if (const auto notification = cap.as<Notification>()) return notification->badge();
    return 0;
}

} // namespace k
