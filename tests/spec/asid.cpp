/// \file
/// The methods of ASID control and ASID pools. SEMANTICS 9, "MakePool" and "Pool Assign".
#include "cspace.hpp"
#include "derivation.hpp"
#include "invocation.hpp"

namespace spec {

namespace {

constexpr Word pool_count = 128;
constexpr Word pool_size = 512;

/// The lowest number from \p first on that is no key of \p map.
Word lowest_free(const auto& map, Word first) {
    while (map.contains(first)) {
        ++first;
    }
    return first;
}

} // namespace

Words invoke_asid_control(World& world, const Invocation& call) {
    if (call.method != Method::AsidMakePool) throw Refusal{IllegalOperation};
    call.needs(2, 2);
    const Word index = lowest_free(world.pool_at, 0);
    if (index == pool_count) throw Refusal{DeleteFirst};
    const SlotName source = call.arguments[0].slot;
    const auto* untyped = std::get_if<UntypedCap>(&call.arguments[0].capability);
    if (untyped == nullptr || untyped->bits != 12 || untyped->device) {
        throw Refusal{InvalidCapability, {1}};
    }
    if (has_children(world, source)) throw Refusal{RevokeFirst};
    const SlotName slot =
        empty_target(world, call.arguments[1].capability, call.words[0], call.words[1]);

    const Name pool{Kind::AsidPool, untyped->address};
    world.pools[pool] = {};
    world.pool_at[index] = pool;
    insert_original(world, slot, AsidPoolCap{pool, index}, source);
    std::get<UntypedCap>(world.slots.at(source).capability).watermark = Word{1} << untyped->bits;
    return {};
}

Words invoke_asid_pool(World& world, const Invocation& call, const AsidPoolCap& pool) {
    if (call.method != Method::AsidAssign) throw Refusal{IllegalOperation};
    call.needs(0, 1);
    const auto [slot, argument] = call.arguments[0];
    const auto* vspace = std::get_if<VSpaceCap>(&argument);
    if (vspace == nullptr || vspace->asid) throw Refusal{InvalidCapability, {1}};
    const auto live = world.pool_at.find(pool.index);
    if (live == world.pool_at.end()) throw failed_lookup(false, {InvalidRoot});
    if (live->second != pool.pool) throw Refusal{InvalidCapability, {0}};
    auto& vspaces = world.pools.at(pool.pool).vspaces;
    const Word entry = lowest_free(vspaces, pool.index == 0 ? 1 : 0); // ASID 0 is never used
    if (entry == pool_size) throw Refusal{DeleteFirst};

    vspaces[entry] = vspace->vspace;
    world.slots.at(slot).capability = VSpaceCap{vspace->vspace, pool.index * pool_size + entry};
    return {};
}

} // namespace spec
